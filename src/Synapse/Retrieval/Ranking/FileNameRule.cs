namespace Synapse.Retrieval.Ranking;

/// <summary>Moves files up whose name is made of words of the query.</summary>
internal sealed class FileNameRule(RankingWeights weights) : IRankingRule
{
    /// <inheritdoc/>
    public string Name => "fileName";

    /// <inheritdoc/>
    public void Apply(RankingContext context)
    {
        foreach (var candidate in context.Candidates)
        {
            var (ofQuery, ofName) = context.Words.Match(candidate.File.StemWords);
            candidate.Add(Name, weights.FileName * Math.Sqrt(ofQuery) * ofName);
        }
    }
}
