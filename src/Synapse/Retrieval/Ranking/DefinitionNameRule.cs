using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Moves chunks up that define something whose name is made of words of the question: "how versions are compared" and <c>CompareVersions</c>.</summary>
internal sealed class DefinitionNameRule(RankingWeights weights) : IRankingRule
{
    /// <inheritdoc/>
    public string Name => "definitionName";

    /// <inheritdoc/>
    public void Apply(RankingContext context)
    {
        var words = new List<string>(8);
        foreach (var candidate in context.Candidates)
        {
            var best = 0.0;
            foreach (var definition in candidate.Stored.Chunk.Definitions)
            {
                var name = definition.AsSpan(definition.LastIndexOf('.') + 1);
                if (!context.Words.MayMatch(name))
                {
                    continue;
                }

                words.Clear();
                NameWords.AddTo(words, name);
                var (ofQuery, ofName) = context.Words.Match(words);
                best = Math.Max(best, ofQuery * ofName);
            }

            candidate.Add(Name, weights.DefinitionName * best);
        }
    }
}
