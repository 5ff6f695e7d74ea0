namespace Synapse.Privacy;

/// <summary>How long the ledger remembers; what comes first counts.</summary>
/// <param name="MaxEntries">Most entries.</param>
/// <param name="MaxAge">Greatest age of an entry.</param>
public sealed record EgressRetention(int MaxEntries, TimeSpan MaxAge);
