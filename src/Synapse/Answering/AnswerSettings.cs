namespace Synapse.Answering;

/// <summary>The constants of extractive answers; docs/decisions/0006-not-found-threshold.md tells how the threshold was set.</summary>
internal sealed record AnswerSettings
{
    /// <summary>Passages that sentences are taken from.</summary>
    public int Passages { get; init; } = 6;

    /// <summary>Most sentences of an answer.</summary>
    public int MaxSentences { get; init; } = 4;

    /// <summary>Sentences that are compared by meaning, best by words first.</summary>
    public int ComparedSentences { get; init; } = 48;

    /// <summary>Share of the best sentence's score that another must reach to stand beside it.</summary>
    public double RelativeFloor { get; init; } = 0.72;

    /// <summary>Share of common words above which a sentence says nothing new.</summary>
    public double Redundancy { get; init; } = 0.6;

    /// <summary>Evidence below which nothing counts as found.</summary>
    public double EvidenceThreshold { get; init; } = 0.36;
}
