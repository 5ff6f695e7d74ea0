using Microsoft.AspNetCore.Components;
using Synapse.Library;
using Synapse.Switching;
using Synapse.Web.Hosting;
using Synapse.Web.Text;

namespace Synapse.Web.Switching;

/// <summary>The embedding model of a collection, and the way to another.</summary>
public partial class CollectionModel : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private ElementReference _place;
    private ModelSwitch? _begun;
    private (SwitchState, SwitchWish)? _shown;
    private Notice? _notice;
    private bool _isOpen;
    private FocusMove _focus;

    private enum FocusMove
    {
        None,
        IfLost,
        Always,
    }

    /// <summary>The collection.</summary>
    [Parameter, EditorRequired]
    public required CollectionSummary Summary { get; set; }

    /// <summary>Its switch; null without one.</summary>
    [Parameter]
    public ModelSwitch? Switch { get; set; }

    /// <summary>The time now.</summary>
    [Parameter]
    public DateTimeOffset Now { get; set; }

    /// <summary>Called when the switch is another than before.</summary>
    [Parameter]
    public EventCallback OnChanged { get; set; }

    [Inject]
    private ICallerScope Caller { get; set; } = default!;

    [Inject]
    private ModelSwitching Switching { get; set; } = default!;

    [Inject]
    private PageScript Script { get; set; } = default!;

    [Inject]
    private PageErrors Errors { get; set; } = default!;

    // What was just begun is shown before the page has read it.
    private ModelSwitch? Current => Switch ?? _begun;

    /// <inheritdoc/>
    public void Dispose()
    {
        _left.Cancel();
        _left.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        (SwitchState, SwitchWish)? now = Current is { } open ? (open.State, open.Wish) : null;
        if (now != _shown)
        {
            // Buttons come and go with it; whoever was on one stays near.
            (_shown, _focus, _notice) = (now, FocusMove.IfLost, null);
            _isOpen &= now is null;
        }
    }

    /// <inheritdoc/>
    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        var move = _focus;
        _focus = FocusMove.None;
        if (move != FocusMove.None && !firstRender)
        {
            await Script.KeepFocusAsync(_place, always: move == FocusMove.Always);
        }
    }

    private void Toggle()
    {
        _isOpen = !_isOpen;
        _focus = _isOpen ? FocusMove.Always : FocusMove.IfLost;
    }

    private async Task ShowAsync(ModelSwitch begun)
    {
        (_begun, _isOpen, _focus) = (begun, false, FocusMove.IfLost);
        await OnChanged.InvokeAsync();
        _begun = null;
    }

    private async Task ActAsync(SwitchAction action)
    {
        var cancellationToken = _left.Token;
        try
        {
            _notice = null;
            var scope = await Caller.GetScopeAsync(cancellationToken);
            var now = await Switching.GetAsync(scope, Summary.Collection, cancellationToken);
            // To give up is to remove the new embeddings, and a moment later the old ones.
            if (SwitchAction.Of(now).Any(each => each.Wish == action.Wish && each.Label == action.Label))
            {
                await Switching.WishAsync(scope, Summary.Collection, action.Wish, cancellationToken);
            }
            else
            {
                _notice = new Notice("The switch is farther by now", $"{SwitchWords.Title(now)}. Nothing was done; look at what can be done now.");
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _notice = Errors.Report(error, "change a switch");
        }

        var notice = _notice;
        await OnChanged.InvokeAsync();
        // The page has read the switch anew; what this action was told stays, and by now the button is gone that did it.
        (_notice, _focus) = (notice, FocusMove.IfLost);
    }
}
