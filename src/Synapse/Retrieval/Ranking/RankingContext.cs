using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>What the rules see: the query, and its fused and described candidates.</summary>
/// <param name="Intent">What the query asks for.</param>
/// <param name="Words">Its words with their weights.</param>
/// <param name="Candidates">The candidates; rules change their scores, not the list.</param>
internal sealed record RankingContext(QueryIntent Intent, WeightedWords Words, IReadOnlyList<Candidate> Candidates);
