namespace Synapse.Retrieval.Ranking;

/// <summary>Moves each further chunk of a file down, so that the first hits show several files.</summary>
/// <remarks>To be applied last: it looks at the order that the other rules made.</remarks>
internal sealed class FurtherChunkRule(RankingWeights weights) : IRankingRule
{
    /// <inheritdoc/>
    public string Name => "furtherChunk";

    /// <inheritdoc/>
    public void Apply(RankingContext context)
    {
        var order = new List<Candidate>(context.Candidates);
        order.Sort(Candidate.Compare);
        var kept = new Dictionary<long, double>();
        foreach (var candidate in order)
        {
            var share = kept.GetValueOrDefault(candidate.Stored.DocumentId, 1.0);
            if (share < 1)
            {
                candidate.Damp(Name, share);
            }

            kept[candidate.Stored.DocumentId] = share * weights.FurtherChunk;
        }
    }
}
