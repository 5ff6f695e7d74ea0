namespace Synapse.Answering.Verification;

/// <summary>The constants of the check of sentences; docs/decisions/0013-checked-answers.md tells how they were set.</summary>
internal sealed record SupportSettings
{
    /// <summary>Score at which the passage that the model named supports a sentence.</summary>
    public double Threshold { get; init; } = 0.75;

    /// <summary>Score at which another passage does; higher, since many passages are looked at.</summary>
    public double OtherThreshold { get; init; } = 0.77;

    /// <summary>Share of the words in the score; the rest is similarity in meaning.</summary>
    public double WordShare { get; init; } = 0.75;

    /// <summary>What a word counts that stands in the path or heading of the passage and not in the span.</summary>
    public double SurroundingsShare { get; init; } = 0.8;

    /// <summary>What a word counts that stands elsewhere in the passage: what "it" and "they" speak of.</summary>
    public double ElsewhereShare { get; init; } = 0.5;

    /// <summary>What each further sentence of a span costs, so that the shortest span that supports is quoted.</summary>
    public double LengthCost { get; init; } = 0.03;

    /// <summary>What a span gains that holds the words that the sentence quotes: the rest of such a sentence only introduces them.</summary>
    public double QuoteGain { get; init; } = 0.2;

    /// <summary>Most sentences of a span.</summary>
    public int MaxSentences { get; init; } = 3;

    /// <summary>Spans of a passage that are compared by meaning, best by words first.</summary>
    public int ComparedSpans { get; init; } = 6;
}
