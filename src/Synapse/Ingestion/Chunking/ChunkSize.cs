namespace Synapse.Ingestion.Chunking;

/// <summary>How large chunks are, in characters.</summary>
internal static class ChunkSize
{
    /// <summary>No chunk is larger, but for a line end or half of a pair that would be torn off.</summary>
    public const int Max = 2_400;

    /// <summary>Prose and data that has to be cut is cut into equal parts of about this size.</summary>
    public const int ProseTarget = 1_400;

    /// <summary>A section smaller than this is joined with its neighbours.</summary>
    public const int ProseMin = 600;

    /// <summary>Small definitions are joined up to this size.</summary>
    public const int CodeTarget = 1_200;

    /// <summary>A class of at most this size stays whole; a larger one is cut at its members.</summary>
    public const int WholeClass = 1_600;

    /// <summary>What stands before something large and is smaller than this goes with it.</summary>
    public const int Crumb = 300;

    /// <summary>What follows something large and is smaller than this, such as a closing brace, goes with it.</summary>
    public const int Tail = 120;
}
