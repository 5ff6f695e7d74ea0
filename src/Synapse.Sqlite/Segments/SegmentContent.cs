using Synapse.Indexing;
using Synapse.Ingestion.Chunking;
using Synapse.Sqlite.Vectors;

namespace Synapse.Sqlite.Segments;

/// <summary>Everything that a segment holds, in flat arrays. Nothing in it changes once it is searchable.</summary>
internal sealed record SegmentContent : ISegmentLayout
{
    public required DocumentRow[] Documents { get; init; }

    public required ChunkRow[] Chunks { get; init; }

    /// <summary>BM25 length of each chunk.</summary>
    public required int[] Lengths { get; init; }

    /// <summary>Definitions of all chunks, in the strings.</summary>
    public required int[] Definitions { get; init; }

    public required StringTable Strings { get; init; }

    public required TermDictionary Terms { get; init; }

    /// <summary>The embeddings, or null without any.</summary>
    public VectorRows? Vectors { get; init; }

    /// <summary>A chunk as it was stored.</summary>
    public Chunk ReadChunk(int place)
    {
        ref readonly var chunk = ref Chunks[place];
        var definitions = new string[chunk.DefinitionCount];
        for (var i = 0; i < definitions.Length; i++)
        {
            definitions[i] = Strings.Text(Definitions[chunk.FirstDefinition + i]);
        }

        return new Chunk(
            place - Documents[chunk.Document].FirstChunk,
            chunk.StartOffset,
            chunk.EndOffset,
            chunk.StartLine,
            chunk.EndLine,
            (ChunkKind)chunk.Kind,
            chunk.Heading < 0 ? null : Strings.Text(chunk.Heading),
            chunk.Symbol < 0 ? null : Strings.Text(chunk.Symbol),
            chunk.DefinesSymbol != 0)
        {
            Definitions = definitions,
        };
    }

    /// <summary>The texts of a document's chunks.</summary>
    /// <param name="document">The document's place.</param>
    /// <param name="text">Its text.</param>
    public string[] ReadTexts(int document, string text)
    {
        var (first, count) = ChunksOf(document);
        var texts = new string[count];
        for (var i = 0; i < count; i++)
        {
            ref readonly var chunk = ref Chunks[first + i];
            texts[i] = text[chunk.StartOffset..chunk.EndOffset];
        }

        return texts;
    }

    /// <inheritdoc/>
    public (int First, int Count) ChunksOf(int document) => (Documents[document].FirstChunk, Documents[document].ChunkCount);
}
