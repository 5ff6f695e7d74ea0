using Synapse.Embedding;
using Synapse.Retrieval;
using Synapse.Retrieval.Fusion;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;

namespace Synapse.Eval;

/// <summary>A query with its candidates as they were before fusion, so that constants can be tried without searching again.</summary>
internal sealed record RecordedQuery(TestSet Set, JudgedQuery Query, QueryIntent Intent, WeightedWords Words, IReadOnlyList<Candidate> Candidates, QueryEmbeddings Embeddings, double FullMatch)
{
    /// <summary>The documents in the order that a plan gives them.</summary>
    public List<string> Rank(SearchPlan plan, IReadOnlyList<IRankingRule> rules)
    {
        var ranked = Order(plan, rules);
        return [.. ranked.Select(candidate => Set.DocumentOf(candidate.Stored.Path)).Distinct().Take(10)];
    }

    /// <summary>The candidates in the order that a plan gives them.</summary>
    public List<Candidate> Order(SearchPlan plan, IReadOnlyList<IRankingRule> rules)
    {
        var candidates = new List<Candidate>(Candidates.Count);
        foreach (var candidate in Candidates)
        {
            candidates.Add(new Candidate(candidate.Key, candidate.Bm25Score, candidate.CosineSimilarity) { Stored = candidate.Stored, File = candidate.File });
        }

        ConvexCombination.Apply(candidates, Embeddings, FusionWeight.Of(Intent, candidates, plan.Fusion), FullMatch);
        var context = new RankingContext(Intent, Words, candidates);
        foreach (var rule in rules)
        {
            rule.Apply(context);
        }

        candidates.Sort(Candidate.Compare);
        return candidates;
    }
}
