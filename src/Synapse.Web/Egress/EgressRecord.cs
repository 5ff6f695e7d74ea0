using Synapse.Library;
using Synapse.Privacy;

namespace Synapse.Web.Egress;

/// <summary>What the page of the ledger shows at one moment.</summary>
/// <param name="Totals">By host, most bytes sent first.</param>
/// <param name="Entries">Newest first.</param>
/// <param name="HasMore">Whether older entries are left.</param>
internal sealed record EgressRecord(IReadOnlyList<EgressTotal> Totals, IReadOnlyList<EgressEntry> Entries, bool HasMore)
{
    private const int ReadAtOnce = 50;

    public static async Task<EgressRecord> ReadAsync(IEgressLedger ledger, AccessScope scope, CancellationToken cancellationToken)
    {
        var totals = await ledger.SumByHostAsync(scope, new EgressFilter(), cancellationToken);
        var entries = await ledger.ListAsync(scope, new EgressFilter(), before: null, ReadAtOnce, cancellationToken);
        return new EgressRecord(totals, entries, entries.Count == ReadAtOnce);
    }

    public async Task<EgressRecord> ReadMoreAsync(IEgressLedger ledger, AccessScope scope, CancellationToken cancellationToken)
    {
        var older = await ledger.ListAsync(scope, new EgressFilter(), Entries[^1].Id, ReadAtOnce, cancellationToken);
        return this with { Entries = [.. Entries, .. older], HasMore = older.Count == ReadAtOnce };
    }
}
