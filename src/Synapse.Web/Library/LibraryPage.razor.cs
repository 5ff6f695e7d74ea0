using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Hosting;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Web.Hosting;
using Synapse.Web.Text;

namespace Synapse.Web.Library;

/// <summary>The page of collections: what is in them, where it comes from, what is being indexed and what was left out.</summary>
public partial class LibraryPage : IDisposable
{
    private static readonly TimeSpan s_busyInterval = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan s_calmInterval = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _left = new();
    private Shelf? _shelf;
    private Notice? _notice;
    private RemoveDialog? _removeDialog;
    private string _announcement = "";

    /// <summary>Key of what the first paint has read.</summary>
    [PersistentState]
    public string? FirstPaintKey { get; set; }

    [Inject]
    private FirstPaintStore FirstPaints { get; set; } = default!;

    [Inject]
    private ICallerScope Caller { get; set; } = default!;

    [Inject]
    private ILibraryStore Store { get; set; } = default!;

    [Inject]
    private IJobStore Jobs { get; set; } = default!;

    [Inject]
    private ISwitchStore Switches { get; set; } = default!;

    [Inject]
    private IngestionQueue Queue { get; set; } = default!;

    [Inject]
    private IHostApplicationLifetime Lifetime { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private PageErrors Errors { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        _shelf = FirstPaints.Take<Shelf>(FirstPaintKey);
        if (_shelf is null)
        {
            await TryAsync("open the library", RefreshAsync);
        }

        if (RendererInfo.IsInteractive)
        {
            _ = FollowAsync(_left.Token);
        }
        else if (_shelf is not null)
        {
            FirstPaintKey = FirstPaints.Put(_shelf);
        }
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_busyInterval, Clock);
        // An open page must not read on while the server closes its store.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Lifetime.ApplicationStopping);
        try
        {
            while (await timer.WaitForNextTickAsync(ending.Token))
            {
                await InvokeAsync(async () =>
                {
                    var before = _shelf;
                    await TryAsync("follow the library", RefreshAsync);
                    if (!ReferenceEquals(before, _shelf) || _notice is not null)
                    {
                        StateHasChanged();
                    }
                });
                timer.Period = _shelf is { IsBusy: true } ? s_busyInterval : s_calmInterval;
            }
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    private async Task RefreshAsync(AccessScope scope, CancellationToken cancellationToken)
    {
        var next = await Shelf.ReadAsync(Store, Jobs, Switches, scope, cancellationToken);
        if (_shelf?.ChangesTo(next) is { Length: > 0 } changes)
        {
            _announcement = changes;
        }

        if (_shelf is null || !_shelf.SameAs(next))
        {
            _shelf = next;
        }

        _notice = null;
    }

    private Task<bool> RereadAsync() => TryAsync("follow the library", RefreshAsync);

    private Task UpdateAsync(Source source) => ActAsync("update a source", async (scope, cancellationToken) =>
    {
        var known = await Store.FindSourceAsync(scope, source.Id, cancellationToken) ?? throw new Errors.SourceNotFoundException(source.Id);
        await Queue.EnqueueAsync(known.Id, cancellationToken);
        _announcement = "Indexing was asked for.";
    });

    private Task CancelAsync(IngestionJob job) => ActAsync("cancel a job", async (scope, cancellationToken) =>
    {
        await Queue.CancelAsync(scope, job.Id, cancellationToken);
        _announcement = "Indexing was cancelled.";
    });

    private Task PauseAsync(IngestionJob job) => ActAsync("pause a job", async (scope, cancellationToken) =>
    {
        await Queue.PauseAsync(scope, job.Id, cancellationToken);
        _announcement = "Indexing stands still.";
    });

    private Task ResumeAsync(IngestionJob job) => ActAsync("resume a job", async (scope, cancellationToken) =>
    {
        await Queue.ResumeAsync(scope, job.Id, cancellationToken);
        _announcement = "Indexing goes on.";
    });

    private Task ChangePrivacyAsync(Collection collection) => ActAsync("change a collection", async (scope, cancellationToken) =>
    {
        await Store.SetPrivacyAsync(scope, collection.Id, collection.Privacy, cancellationToken);
        _announcement = collection.Privacy == CollectionPrivacy.LocalOnly
            ? $"The text of {collection.Name} stays on this machine and its private network."
            : $"The text of {collection.Name} may go to any provider that is configured.";
    });

    private void AskToRemove(CollectionSummary summary) => _removeDialog!.Open(summary);

    private Task RemoveAsync(CollectionSummary summary) => ActAsync("remove a collection", async (scope, cancellationToken) =>
    {
        foreach (var job in await Jobs.ListJobsAsync(scope, summary.Collection.Id, unfinishedOnly: true, limit: 100, cancellationToken))
        {
            await Queue.CancelAsync(scope, job.Id, cancellationToken);
        }

        await Store.RemoveCollectionAsync(scope, summary.Collection.Id, cancellationToken);
        _announcement = $"The collection {summary.Collection.Name} was removed.";
    });

    private async Task ActAsync(string action, Func<AccessScope, CancellationToken, Task> work)
    {
        if (await TryAsync(action, work))
        {
            await RereadAsync();
        }
    }

    private async Task<bool> TryAsync(string action, Func<AccessScope, CancellationToken, Task> work)
    {
        var cancellationToken = _left.Token;
        try
        {
            await work(await Caller.GetScopeAsync(cancellationToken), cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _notice = Errors.Report(error, action);
            return false;
        }
    }
}
