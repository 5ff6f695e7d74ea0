namespace Synapse.Ingestion.Chunking;

/// <summary>What a chunk is, by the structure that it was cut from.</summary>
public enum ChunkKind
{
    /// <summary>Running text.</summary>
    Prose,

    /// <summary>Source code.</summary>
    Code,

    /// <summary>Settings, markup or other structured text.</summary>
    Structured,
}

/// <summary>A span of a document's normalised text. The chunks of a document are in order, do not overlap, and together cover it.</summary>
/// <param name="Ordinal">Position among the document's chunks, from 0.</param>
/// <param name="StartOffset">First UTF-16 unit.</param>
/// <param name="EndOffset">One past the last UTF-16 unit.</param>
/// <param name="StartLine">First line, from 1.</param>
/// <param name="EndLine">Last line, inclusive.</param>
/// <param name="Kind">What it was cut from.</param>
/// <param name="Heading">Path of the headings above it, outermost first, joined by " &gt; "; null without one.</param>
/// <param name="Symbol">Qualified name of the function, class or other definition it holds or lies in, parts joined by '.'; null without one.</param>
/// <param name="DefinesSymbol">Whether the definition of <paramref name="Symbol"/> begins in this chunk.</param>
public sealed record Chunk(
    int Ordinal,
    int StartOffset,
    int EndOffset,
    int StartLine,
    int EndLine,
    ChunkKind Kind,
    string? Heading,
    string? Symbol,
    bool DefinesSymbol)
{
    /// <summary>
    /// Qualified names of all definitions that begin in this chunk, in order; empty without one. Small definitions share a chunk, and
    /// then <see cref="Symbol"/> names the first or outermost of them only.
    /// </summary>
    public IReadOnlyList<string> Definitions { get; init; } = [];
}
