namespace Synapse.Retrieval.Ranking;

/// <summary>Moves files up that lie in folders whose names are words of the query.</summary>
internal sealed class FolderRule(RankingWeights weights) : IRankingRule
{
    /// <inheritdoc/>
    public string Name => "folder";

    /// <inheritdoc/>
    public void Apply(RankingContext context)
    {
        foreach (var candidate in context.Candidates)
        {
            candidate.Add(Name, weights.Folder * context.Words.Coverage(candidate.File.FolderWords));
        }
    }
}
