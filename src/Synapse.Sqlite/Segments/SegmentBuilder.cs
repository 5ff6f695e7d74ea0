using Synapse.Indexing;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;
using Synapse.Sqlite.Vectors;
using Synapse.Storage;

namespace Synapse.Sqlite.Segments;

/// <summary>Makes a segment of new document versions.</summary>
internal static class SegmentBuilder
{
    /// <summary>Builds the content. The ids of the documents are 0; they are set when the documents are stored.</summary>
    /// <param name="versions">The documents, in order.</param>
    /// <param name="dimensions">Numbers per embedding.</param>
    /// <exception cref="ArgumentException">A version's chunks, terms, embeddings and text do not fit each other.</exception>
    public static SegmentContent Build(IReadOnlyList<DocumentVersion> versions, int dimensions)
    {
        var chunkCount = versions.Sum(version => version.Chunks.Count);
        var documents = new DocumentRow[versions.Count];
        var chunks = new ChunkRow[chunkCount];
        var lengths = new int[chunkCount];
        var terms = new List<ChunkTerms>(chunkCount);
        var definitions = new List<int>();
        var strings = new StringTableBuilder();
        var vectors = VectorRows.Allocate(chunkCount, dimensions);
        var next = 0;
        for (var d = 0; d < versions.Count; d++)
        {
            var version = versions[d];
            Check(version, dimensions);
            documents[d] = new DocumentRow
            {
                SourceId = version.SourceId,
                Path = strings.Add(version.Path),
                Language = strings.Add(version.Language),
                FirstChunk = next,
                ChunkCount = version.Chunks.Count,
            };
            var bytes = new Utf8Offsets(version.Text);
            for (var c = 0; c < version.Chunks.Count; c++, next++)
            {
                chunks[next] = MakeRow(version.Chunks[c], d, strings, definitions, bytes);
                lengths[next] = Math.Max(version.Terms[c].Length, 0);
                terms.Add(version.Terms[c]);
                vectors.Set(next, version.Embeddings.Span.Slice(c * dimensions, dimensions));
            }
        }

        return new SegmentContent
        {
            Documents = documents,
            Chunks = chunks,
            Lengths = lengths,
            Definitions = [.. definitions],
            Strings = strings.Build(),
            Terms = new TermGatherer().Build(terms, lengths),
            Vectors = vectors,
        };
    }

    private static void Check(DocumentVersion version, int dimensions)
    {
        if (version.Terms.Count != version.Chunks.Count || version.Embeddings.Length != version.Chunks.Count * dimensions)
        {
            throw new ArgumentException(
                $"'{version.Path}' has {version.Chunks.Count} chunks, terms of {version.Terms.Count} and {version.Embeddings.Length} numbers of embeddings; {dimensions} per chunk are due.");
        }

        foreach (var chunk in version.Chunks)
        {
            if (chunk.StartOffset < 0 || chunk.EndOffset < chunk.StartOffset || chunk.EndOffset > version.Text.Length)
            {
                throw new ArgumentException($"Chunk {chunk.Ordinal} of '{version.Path}' spans {chunk.StartOffset} to {chunk.EndOffset} of {version.Text.Length} units.");
            }
        }
    }

    private static ChunkRow MakeRow(Chunk chunk, int document, StringTableBuilder strings, List<int> definitions, Utf8Offsets bytes)
    {
        var row = new ChunkRow
        {
            Document = document,
            StartOffset = chunk.StartOffset,
            EndOffset = chunk.EndOffset,
            StartByte = bytes.Of(chunk.StartOffset),
            EndByte = bytes.Of(chunk.EndOffset),
            StartLine = chunk.StartLine,
            EndLine = chunk.EndLine,
            Heading = strings.Add(chunk.Heading),
            Symbol = strings.Add(chunk.Symbol),
            FirstDefinition = definitions.Count,
            DefinitionCount = (ushort)Math.Min(chunk.Definitions.Count, ushort.MaxValue),
            Kind = (byte)chunk.Kind,
            DefinesSymbol = chunk.DefinesSymbol ? (byte)1 : (byte)0,
        };
        for (var i = 0; i < row.DefinitionCount; i++)
        {
            definitions.Add(strings.Add(chunk.Definitions[i]));
        }

        return row;
    }
}
