namespace Synapse.TinyModels;

/// <summary>The size of an encoder in the manner of BERT, and how its file is written.</summary>
/// <param name="Layers">Layers of self-attention.</param>
/// <param name="Hidden">Width of a token's state.</param>
/// <param name="Heads">Heads of attention; divides <paramref name="Hidden"/>.</param>
/// <param name="Intermediate">Width inside the feed-forward part.</param>
/// <param name="Positions">Longest input.</param>
/// <param name="Seed">Of the weights.</param>
public sealed record EncoderShape(int Layers = 2, int Hidden = 32, int Heads = 4, int Intermediate = 64, int Positions = 64, int Seed = 7)
{
    /// <summary>Layers and widths of all-MiniLM-L6-v2.</summary>
    public static EncoderShape MiniLm { get; } = new(6, 384, 12, 1_536, 512);

    /// <summary>Scores of a classification head on the first token; 0 for token states.</summary>
    public int Labels { get; init; }

    /// <summary>Name of the table with a row for each token.</summary>
    public string TokenTable { get; init; } = "embeddings.word_embeddings.weight";

    /// <summary>Whether the graph takes <c>token_type_ids</c>.</summary>
    public bool TakesTypes { get; init; } = true;

    /// <summary>Whether the graph takes <c>position_ids</c> rather than counting itself.</summary>
    public bool TakesPositions { get; init; }

    /// <summary>Whether matrices are 8-bit, with inputs quantised as they come.</summary>
    public bool Quantized { get; init; }

    /// <summary>Whether the output is 16-bit.</summary>
    public bool HalfOutput { get; init; }

    /// <summary>Whether the graph also gives <c>sentence_embedding</c>, the state of the first token; alone, or beside <c>token_embeddings</c>.</summary>
    public SentenceOutput SentenceOutput { get; init; }

    /// <summary>Whether inputs are 32-bit rather than 64-bit.</summary>
    public bool NarrowInputs { get; init; }
}

/// <summary>Whether a graph gives embeddings of whole texts.</summary>
public enum SentenceOutput
{
    /// <summary>Token states only.</summary>
    None,

    /// <summary>Both.</summary>
    Beside,

    /// <summary>Embeddings only.</summary>
    Alone,
}
