using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Bench;

/// <summary>Made-up documents of eight chunks. Their texts repeat after some thousands, so that a large store is made fast; paths and embeddings never do.</summary>
internal static class SyntheticDocuments
{
    /// <summary>Chunks before the texts repeat.</summary>
    public const int DistinctChunks = 25_600;

    private const int ChunksPerDocument = 8;

    private static readonly TextAnalyzer s_analyzer = new();
    private static readonly Dictionary<int, (string Text, Chunk[] Chunks, ChunkTerms[] Terms)> s_texts = [];

    /// <summary>The texts.</summary>
    public static SyntheticCorpus Corpus { get; } = new(1);

    /// <summary>Makes documents.</summary>
    /// <param name="sourceId">Their source.</param>
    /// <param name="folder">Beginning of their paths.</param>
    /// <param name="first">Number of the first chunk, which decides texts and embeddings.</param>
    /// <param name="count">Chunks to make.</param>
    /// <param name="dimensions">Numbers per embedding.</param>
    /// <param name="made">What makes the embeddings.</param>
    public static List<DocumentVersion> Make(long sourceId, string folder, int first, int count, int dimensions, MadeUpEmbeddings made)
    {
        var versions = new List<DocumentVersion>();
        for (var number = first; number < first + count; number += ChunksPerDocument)
        {
            var (text, chunks, terms) = Text(number % DistinctChunks / ChunksPerDocument * ChunksPerDocument);
            var embeddings = new float[chunks.Length * dimensions];
            for (var i = 0; i < chunks.Length; i++)
            {
                made.Embed(number + i, embeddings.AsSpan(i * dimensions, dimensions));
            }

            versions.Add(new DocumentVersion(
                sourceId, $"{folder}/{number / 800}/document{number / ChunksPerDocument}.txt", "text", new string('0', 64), text.Length, DateTimeOffset.UnixEpoch, text, 16 * chunks.Length, chunks, terms, embeddings));
        }

        return versions;
    }

    private static (string Text, Chunk[] Chunks, ChunkTerms[] Terms) Text(int first)
    {
        if (s_texts.TryGetValue(first, out var known))
        {
            return known;
        }

        var texts = Enumerable.Range(first, ChunksPerDocument).Select(Corpus.Chunk).ToArray();
        var text = string.Concat(texts);
        var chunks = new Chunk[ChunksPerDocument];
        var start = 0;
        for (var i = 0; i < ChunksPerDocument; i++)
        {
            chunks[i] = new Chunk(i, start, start + texts[i].Length, i * 16 + 1, i * 16 + 16, ChunkKind.Prose, null, null, false);
            start += texts[i].Length;
        }

        var terms = Array.ConvertAll(chunks, chunk => s_analyzer.AnalyzeChunk(text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset), chunk, $"document{first}.txt"));
        return s_texts[first] = (text, chunks, terms);
    }
}
