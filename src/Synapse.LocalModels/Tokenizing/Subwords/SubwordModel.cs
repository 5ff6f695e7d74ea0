namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>Cuts a word into pieces of its vocabulary. Immutable once read, and thread-safe.</summary>
internal abstract class SubwordModel
{
    /// <summary>How many pieces the vocabulary has.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>One more than the largest id of a piece; more than the size where ids have gaps.</summary>
    public abstract int IdLimit { get; }

    /// <summary>The id of a piece, or -1.</summary>
    public abstract int Find(ReadOnlySpan<char> piece);

    /// <summary>Appends the ids of a word's pieces.</summary>
    /// <param name="word">Well-formed text, never empty.</param>
    /// <param name="ids">Where to append.</param>
    public abstract void Tokenize(ReadOnlySpan<char> word, TokenIds ids);
}
