using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Moves sections up whose headings are made of words of the query.</summary>
internal sealed class HeadingRule(RankingWeights weights) : IRankingRule
{
    /// <inheritdoc/>
    public string Name => "heading";

    /// <inheritdoc/>
    public void Apply(RankingContext context)
    {
        var words = new List<string>(16);
        foreach (var candidate in context.Candidates)
        {
            if (candidate.Stored.Chunk.Heading is { Length: > 0 } heading)
            {
                words.Clear();
                NameWords.AddTo(words, heading);
                candidate.Add(Name, weights.Heading * context.Words.Coverage(words));
            }
        }
    }
}
