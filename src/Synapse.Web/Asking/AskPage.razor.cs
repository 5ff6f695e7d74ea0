using Microsoft.AspNetCore.Components;
using Synapse.Answering;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Storage;
using Synapse.Telemetry;
using Synapse.Web.Hosting;
using Synapse.Web.Text;

namespace Synapse.Web.Asking;

/// <summary>The page to ask and search. What is asked stands in the address alone, so that a link, the back button and a new question are one thing.</summary>
public partial class AskPage : IAsyncDisposable
{
    private const int HitLimit = 10;
    private const int MoreHits = 20;

    // Before the circuit is there the browser waits for the whole page; what takes longer comes through the circuit.
    private static readonly TimeSpan s_firstPaintLimit = TimeSpan.FromSeconds(1.5);

    private AskAddress _address = new("", null, false);
    private IReadOnlyList<CollectionSummary> _collections = [];
    private readonly Conversation _conversation = new();
    private AskState? _state;
    private OpenedSource? _opened;
    private Notice? _notice;
    private string? _failed;
    private CancellationTokenSource? _run;
    private bool _loaded;

    /// <summary>The question or query of the address.</summary>
    [SupplyParameterFromQuery(Name = "q")]
    public string? Query { get; set; }

    /// <summary>The collection of the address.</summary>
    [SupplyParameterFromQuery(Name = "collection")]
    public string? CollectionName { get; set; }

    /// <summary>The mode of the address.</summary>
    [SupplyParameterFromQuery(Name = "mode")]
    public string? Mode { get; set; }

    /// <summary>Key of what the first paint has found.</summary>
    [PersistentState]
    public string? FirstPaintKey { get; set; }

    [Inject]
    private FirstPaintStore FirstPaints { get; set; } = default!;

    [Inject]
    private ICallerScope Caller { get; set; } = default!;

    [Inject]
    private ILibraryStore Library { get; set; } = default!;

    [Inject]
    private Searcher Searcher { get; set; } = default!;

    [Inject]
    private IAnswerer Answerer { get; set; } = default!;

    [Inject]
    private AnswerRouter Router { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private PageErrors Errors { get; set; } = default!;

    private bool IsBlank => _address.Query.Length == 0;

    private string PageClass => (IsBlank, _opened) switch
    {
        (true, _) => "page ask is-empty",
        (_, null) => "page ask",
        _ => "page ask has-source",
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_run is not null)
        {
            await _run.CancelAsync();
            _run.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        var address = AskAddress.From(Query, CollectionName, Mode);
        if (_loaded && address == _address)
        {
            return;
        }

        var isFirst = !_loaded;
        _address = address;
        _loaded = true;
        if (isFirst && FirstPaints.Take<FirstPaint>(FirstPaintKey) is { } painted && painted.Address == address)
        {
            (_state, _collections) = (painted.State, painted.Collections);
            return;
        }

        await RunAsync();
        if (!RendererInfo.IsInteractive && _notice is null && _state is null or { IsComplete: true })
        {
            FirstPaintKey = FirstPaints.Put(new FirstPaint(address, _state, _collections));
        }
    }

    private Task AskAsync(AskAddress address)
    {
        if (address == _address)
        {
            // The same question again: the documents may have changed meanwhile.
            return RunAsync();
        }

        Navigation.NavigateTo(address.ToString());
        return Task.CompletedTask;
    }

    private void Open(OpenedSource source) => _opened = source;

    private void Close() => _opened = null;

    private Task RunAsync()
    {
        _conversation.Clear();
        return RunAsync(IsBlank ? null : new AskState(_address.Query, _address.SearchOnly));
    }

    private Task AskAgainAsync() => RunAsync(_state is null ? null : new AskState(_state.Query, searchOnly: false));

    private Task AskAgainAfterErrorAsync() => _failed is { } failed ? RunAsync(new AskState(failed, _address.SearchOnly)) : RunAsync();

    private Task FollowUpAsync(string question)
    {
        if (_state is not null)
        {
            _conversation.Add(_state);
        }

        return RunAsync(new AskState(question, searchOnly: false));
    }

    private async Task StopAsync()
    {
        _state?.Stop();
        if (_run is not null)
        {
            await _run.CancelAsync();
        }
    }

    private Task RunAsync(AskState? asked)
    {
        _opened = null;
        _state = asked;
        return WorkAsync("answer a question", async (scope, cancellationToken) =>
        {
            _collections = await Library.ListCollectionsAsync(scope, cancellationToken);
            if (_state is { } state)
            {
                await AnswerAsync(scope, state, cancellationToken);
            }
        });
    }

    private Task ReadCollectionsAsync()
        => WorkAsync("list the collections", async (scope, cancellationToken) => _collections = await Library.ListCollectionsAsync(scope, cancellationToken));

    private Task ShowMoreAsync() => WorkAsync("search", async (scope, cancellationToken) =>
    {
        if (_state is { Hits: { } known } state)
        {
            var limit = Math.Min(known.Count + MoreHits, Searcher.MaxLimit);
            var query = await QueryAsync(scope, state.SearchedFor ?? state.Query, limit, cancellationToken);
            var result = await Searcher.SearchAsync(scope, query, cancellationToken);
            state.SetHits(result.Hits, result.Degraded, limit, result.Elapsed);
        }
    });

    private async Task AnswerAsync(AccessScope scope, AskState state, CancellationToken cancellationToken)
    {
        var query = await QueryAsync(scope, state.Query, HitLimit, cancellationToken);
        // What is painted before the circuit is there is made anew when it takes too long, and a model must not be asked twice.
        if (_address.SearchOnly || (!RendererInfo.IsInteractive && Router.HasModel && !_address.QuotesOnly))
        {
            var result = await Searcher.SearchAsync(scope, query, cancellationToken);
            state.SetHits(result.Hits, result.Degraded, HitLimit, result.Elapsed);
            return;
        }

        var started = Clock.GetTimestamp();
        await foreach (var next in Answerer.AnswerAsync(scope, QuestionOf(query), cancellationToken).MeasuredAsync(cancellationToken))
        {
            state.Apply(next, HitLimit, Clock.GetElapsedTime(started));
            StateHasChanged();
        }
    }

    private Question QuestionOf(SearchQuery query) => new(query.Text, query.CollectionIds, query.Limit)
    {
        History = _conversation.ToHistory(query.CollectionIds),
        Mode = _address.QuotesOnly ? AnswerMode.Extractive : AnswerMode.Auto,
    };

    private async Task<SearchQuery> QueryAsync(AccessScope scope, string text, int limit, CancellationToken cancellationToken)
    {
        if (_address.Collection is not { } name)
        {
            return new SearchQuery(text, null, limit);
        }

        var collection = await Library.FindCollectionAsync(scope, name, cancellationToken) ?? throw new CollectionNotFoundException(name);
        return new SearchQuery(text, [collection.Id], limit);
    }

    /// <summary>Does one thing at a time: what was under way before is cancelled.</summary>
    private async Task WorkAsync(string action, Func<AccessScope, CancellationToken, Task> work)
    {
        var previous = _run;
        var run = RendererInfo.IsInteractive ? new CancellationTokenSource() : new CancellationTokenSource(s_firstPaintLimit, Clock);
        _run = run;
        _notice = null;
        var cancellationToken = run.Token;
        if (previous is not null)
        {
            await previous.CancelAsync();
            previous.Dispose();
        }

        try
        {
            await work(await Caller.GetScopeAsync(cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Another question, a page that was left, or a first paint that takes too long.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            var notice = Errors.Report(error, action);
            if (ReferenceEquals(run, _run))
            {
                _notice = notice;
                _failed = _state?.Query;
                _state = _state is { IsComplete: true } ? _state : null;
            }
        }
    }

    private sealed record FirstPaint(AskAddress Address, AskState? State, IReadOnlyList<CollectionSummary> Collections);
}
