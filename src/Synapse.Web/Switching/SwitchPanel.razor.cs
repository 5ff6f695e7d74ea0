using System.Globalization;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Switching;
using Synapse.Web.Hosting;
using Synapse.Web.Text;

namespace Synapse.Web.Switching;

/// <summary>Begins a switch: the models there are, what it takes, what becomes of it.</summary>
public partial class SwitchPanel : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private CancellationTokenSource? _estimating;
    private SwitchOffer? _offer;
    private ConfiguredEmbedder? _chosen;
    private SwitchEstimate? _estimate;
    private Notice? _notice;
    private bool _isEstimating;
    private bool _isBeginning;
    private bool _waits;

    /// <summary>The collection.</summary>
    [Parameter, EditorRequired]
    public required Collection Collection { get; set; }

    /// <summary>Called with the switch that was begun.</summary>
    [Parameter]
    public EventCallback<ModelSwitch> OnBegun { get; set; }

    /// <summary>Called when nothing is to be begun.</summary>
    [Parameter]
    public EventCallback OnClose { get; set; }

    [Inject]
    private ICallerScope Caller { get; set; } = default!;

    [Inject]
    private ILibraryStore Store { get; set; } = default!;

    [Inject]
    private IIngestionStore Ingestion { get; set; } = default!;

    [Inject]
    private ISwitchStore Switches { get; set; } = default!;

    [Inject]
    private IEmbedders Embedders { get; set; } = default!;

    [Inject]
    private ModelSwitching Switching { get; set; } = default!;

    [Inject]
    private PageErrors Errors { get; set; } = default!;

    private string TitleId => $"switch-{Collection.Id}";

    private string ModelName => $"switch-model-{Collection.Id}";

    private string WishName => $"switch-wish-{Collection.Id}";

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        _estimating?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override Task OnInitializedAsync()
        => TryAsync("list the embedding models", async (scope, cancellationToken) => _offer = await ReadAsync(scope, cancellationToken), _left.Token);

    private static string Cost(SwitchEstimate estimate) => estimate switch
    {
        { IsLocal: true } => "none: the model runs on this machine or its private network",
        { Cost: { } cost } => string.Create(CultureInfo.InvariantCulture, $"about {cost:0.00##} {estimate.Currency}"),
        _ => "not known: the provider has no price table",
    };

    private Task<SwitchOffer> ReadAsync(AccessScope scope, CancellationToken cancellationToken)
        => SwitchOffer.ReadAsync(Collection.Name, Store, Ingestion, Switches, Embedders, scope, cancellationToken);

    // Whoever goes through the models with the arrow keys waits for the last of them alone.
    private async Task ChooseAsync(ConfiguredEmbedder chosen)
    {
        if (_estimating is not null)
        {
            await _estimating.CancelAsync();
            _estimating.Dispose();
        }

        var estimating = _estimating = CancellationTokenSource.CreateLinkedTokenSource(_left.Token);
        (_chosen, _estimate, _notice, _isEstimating) = (chosen, null, null, true);
        SwitchEstimate? estimate = null;
        await TryAsync(
            "estimate a switch",
            async (scope, cancellationToken) =>
            {
                var offer = await ReadAsync(scope, cancellationToken);
                // A model in this process computes; the page must stay awake.
                estimate = await Task.Run(() => Switching.EstimateAsync(scope, offer.Collection, chosen.Space!.Fingerprint, cancellationToken), cancellationToken);
                _offer = offer;
            },
            estimating.Token);
        if (_estimating == estimating)
        {
            (_estimate, _isEstimating) = (estimate, false);
        }
    }

    private async Task BeginAsync()
    {
        if (_isBeginning || _chosen?.Space is not { } space)
        {
            return;
        }

        _isBeginning = true;
        ModelSwitch? begun = null;
        await TryAsync(
            "begin a switch",
            async (scope, cancellationToken) =>
            {
                var offer = await ReadAsync(scope, cancellationToken);
                begun = await Switching.StartAsync(offer.Collection, space.Fingerprint, _waits ? SwitchWish.Hold : SwitchWish.WhenGood, cancellationToken);
            },
            _left.Token);
        _isBeginning = false;
        if (begun is not null)
        {
            await OnBegun.InvokeAsync(begun);
        }
    }

    private Task LeaveAsync(KeyboardEventArgs pressed) => pressed.Key == "Escape" ? OnClose.InvokeAsync() : Task.CompletedTask;

    private async Task TryAsync(string action, Func<AccessScope, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(await Caller.GetScopeAsync(cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left, or another model was chosen.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _notice = Errors.Report(error, action);
        }
    }
}
