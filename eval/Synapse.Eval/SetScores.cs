namespace Synapse.Eval;

/// <summary>Mean measures of one set, or of some of its queries.</summary>
/// <param name="Name">Name of the row.</param>
/// <param name="Queries">How many queries were measured.</param>
/// <param name="Keywords">NDCG@10 of the keyword side alone.</param>
/// <param name="Vectors">NDCG@10 of the vector side alone.</param>
/// <param name="Fused">NDCG@10 of both sides fused, without structure.</param>
/// <param name="Final">NDCG@10 of the search as it is.</param>
/// <param name="FinalOfTen">NDCG@10 of the search when only ten hits are asked for, several of which may be of one document.</param>
/// <param name="Recall">Share of the relevant documents among the first hundred hits.</param>
/// <param name="ReciprocalRank">Mean reciprocal rank of the first relevant document.</param>
internal sealed record SetScores(
    string Name, int Queries, double Keywords, double Vectors, double Fused, double Final, double FinalOfTen, double Recall, double ReciprocalRank)
{
    /// <summary>The mean over queries.</summary>
    public static SetScores Mean(string name, IReadOnlyCollection<SetScores> scores) => new(
        name,
        scores.Count,
        scores.Average(score => score.Keywords),
        scores.Average(score => score.Vectors),
        scores.Average(score => score.Fused),
        scores.Average(score => score.Final),
        scores.Average(score => score.FinalOfTen),
        scores.Average(score => score.Recall),
        scores.Average(score => score.ReciprocalRank));
}
