using Microsoft.AspNetCore.Components;
using Synapse.Privacy;
using Synapse.Web.Hosting;
using Synapse.Web.Text;

namespace Synapse.Web.Egress;

/// <summary>The page of the ledger: what went to which host, and every request with the documents that it carried.</summary>
public partial class EgressPage : IDisposable
{
    private readonly CancellationTokenSource _left = new();
    private EgressRecord? _record;
    private Notice? _notice;
    private string _announcement = "";

    /// <summary>Key of what the first paint has read.</summary>
    [PersistentState]
    public string? FirstPaintKey { get; set; }

    [Inject]
    private FirstPaintStore FirstPaints { get; set; } = default!;

    [Inject]
    private ICallerScope Caller { get; set; } = default!;

    [Inject]
    private IEgressLedger Ledger { get; set; } = default!;

    [Inject]
    private EgressPolicy Policy { get; set; } = default!;

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
        _record = FirstPaints.Take<EgressRecord>(FirstPaintKey);
        if (_record is null)
        {
            await TryAsync(async cancellationToken => await EgressRecord.ReadAsync(Ledger, await Caller.GetScopeAsync(cancellationToken), cancellationToken));
        }

        if (!RendererInfo.IsInteractive && _record is not null)
        {
            FirstPaintKey = FirstPaints.Put(_record);
        }
    }

    private async Task ShowMoreAsync()
    {
        var before = _record!;
        await TryAsync(async cancellationToken => await before.ReadMoreAsync(Ledger, await Caller.GetScopeAsync(cancellationToken), cancellationToken));
        _announcement = $"{Amount.Of(_record!.Entries.Count, "request")} shown.";
    }

    private async Task TryAsync(Func<CancellationToken, Task<EgressRecord>> read)
    {
        var cancellationToken = _left.Token;
        try
        {
            _record = await read(cancellationToken);
            _notice = null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The page was left.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _notice = Errors.Report(error, "read the ledger");
        }
    }
}
