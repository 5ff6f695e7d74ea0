namespace Synapse.Providers.Metering;

/// <summary>What one provider did so far.</summary>
/// <param name="Requests">Requests sent, retries included.</param>
/// <param name="Failures">Requests that failed, by code.</param>
/// <param name="InputTokens">Tokens sent.</param>
/// <param name="OutputTokens">Tokens received.</param>
/// <param name="Cost">Their price; null without a price table.</param>
/// <param name="LatencyMs">Median time to the first token or reply.</param>
/// <param name="LastUsedAt">When it was last asked.</param>
/// <param name="IsLoading">Whether it said last that it loads its model.</param>
/// <param name="WentWell">Whether the last request went well; null before the first.</param>
internal sealed record MeterReading(
    long Requests,
    IReadOnlyDictionary<string, long> Failures,
    long InputTokens,
    long OutputTokens,
    decimal? Cost,
    double? LatencyMs,
    DateTimeOffset? LastUsedAt,
    bool IsLoading,
    bool? WentWell);
