namespace Synapse.Switching;

/// <summary>What the questions of a collection find in its two spaces. All measures are means over the questions, 0 to 1, of the first <see cref="Ranks"/> hits.</summary>
/// <param name="Basis">Where the questions come from.</param>
/// <param name="Questions">How many there are.</param>
/// <param name="Ndcg">NDCG in the space that is searched.</param>
/// <param name="ShadowNdcg">NDCG in the shadow space.</param>
/// <param name="Recall">Recall in the space that is searched.</param>
/// <param name="ShadowRecall">Recall in the shadow space.</param>
/// <param name="Overlap">Share of the hits that both spaces find.</param>
/// <param name="MeasuredAt">When it was measured.</param>
public sealed record SwitchComparison(
    EvaluationBasis Basis, int Questions, double Ndcg, double ShadowNdcg, double Recall, double ShadowRecall, double Overlap, DateTimeOffset MeasuredAt)
{
    /// <summary>How many hits of a question count.</summary>
    public const int Ranks = 10;

    /// <summary>How much less NDCG than before still counts as no worse: what another draw of fifty questions changes anyway.</summary>
    public const double Tolerance = 0.02;

    /// <summary>Whether the shadow space is no worse.</summary>
    public bool IsGood => ShadowNdcg >= Ndcg - Tolerance;
}

/// <summary>Where the questions of a comparison come from.</summary>
public enum EvaluationBasis
{
    /// <summary>The collection's own questions, with the documents that answer them.</summary>
    Judged,

    /// <summary>Sentences drawn from the collection's documents, each of which has to find its own document again.</summary>
    Drawn,
}

/// <summary>Questions with the documents that answer them.</summary>
/// <param name="Questions">The questions.</param>
public sealed record EvaluationSet(IReadOnlyList<EvaluationQuestion> Questions);

/// <summary>A question with the documents that answer it.</summary>
/// <param name="Text">The question.</param>
/// <param name="Relevant">Paths of the documents that answer it.</param>
public sealed record EvaluationQuestion(string Text, IReadOnlyList<string> Relevant);
