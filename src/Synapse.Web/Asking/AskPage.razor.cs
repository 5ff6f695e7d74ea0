using Microsoft.AspNetCore.Components;
using Synapse.Answering;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Storage;
using Synapse.Web.Hosting;
using Synapse.Web.Text;

namespace Synapse.Web.Asking;

/// <summary>The page to ask and search. What is asked stands in the address alone, so that a link, the back button and a new question are one thing.</summary>
public partial class AskPage : IAsyncDisposable
{
    private const int HitLimit = 10;

    // Before the circuit is there the browser waits for the whole page; what takes longer comes through the circuit.
    private static readonly TimeSpan s_firstPaintLimit = TimeSpan.FromSeconds(1.5);

    private AskAddress _address = new("", null, false);
    private IReadOnlyList<CollectionSummary> _collections = [];
    private AskState? _state;
    private OpenedSource? _opened;
    private Notice? _notice;
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

    [Inject]
    private ICallerScope Caller { get; set; } = default!;

    [Inject]
    private ILibraryStore Library { get; set; } = default!;

    [Inject]
    private Searcher Searcher { get; set; } = default!;

    [Inject]
    private IAnswerer Answerer { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private PageErrors Errors { get; set; } = default!;

    private string PageClass => (_address.Query.Length, _opened) switch
    {
        (0, _) => "page ask is-empty",
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

        _address = address;
        _loaded = true;
        await RunAsync();
    }

    private void Ask(AskAddress address)
    {
        if (address == _address)
        {
            // The same question again: the documents may have changed meanwhile.
            _ = InvokeAsync(RunAsync);
        }
        else
        {
            Navigation.NavigateTo(address.ToString());
        }
    }

    private void Open(OpenedSource source) => _opened = source;

    private void Close() => _opened = null;

    private async Task RunAsync()
    {
        var previous = _run;
        var run = new CancellationTokenSource();
        _run = run;
        if (previous is not null)
        {
            await previous.CancelAsync();
            previous.Dispose();
        }

        _opened = null;
        _notice = null;
        _state = _address.Query.Length == 0 ? null : new AskState(_address.Query);
        if (!RendererInfo.IsInteractive)
        {
            run.CancelAfter(s_firstPaintLimit);
        }

        var cancellationToken = run.Token;
        try
        {
            var scope = await Caller.GetScopeAsync(cancellationToken);
            _collections = await Library.ListCollectionsAsync(scope, cancellationToken);
            if (_state is { } state)
            {
                await AnswerAsync(scope, state, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Another question, a page that was left, or a first paint that takes too long.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            var notice = Errors.Report(error, "answer a question");
            if (ReferenceEquals(run, _run))
            {
                _notice = notice;
                _state = null;
            }
        }
    }

    private async Task AnswerAsync(AccessScope scope, AskState state, CancellationToken cancellationToken)
    {
        IReadOnlyList<long>? collectionIds = null;
        if (_address.Collection is { } name)
        {
            var collection = await Library.FindCollectionAsync(scope, name, cancellationToken) ?? throw new CollectionNotFoundException(name);
            collectionIds = [collection.Id];
        }

        var query = new SearchQuery(_address.Query, collectionIds, HitLimit);
        if (_address.SearchOnly)
        {
            var result = await Searcher.SearchAsync(scope, query, cancellationToken);
            state.SetHits(result.Hits, result.Elapsed);
            return;
        }

        var started = Clock.GetTimestamp();
        await foreach (var next in Answerer.AnswerAsync(scope, query, cancellationToken))
        {
            state.Apply(next, Clock.GetElapsedTime(started));
            StateHasChanged();
        }
    }
}
