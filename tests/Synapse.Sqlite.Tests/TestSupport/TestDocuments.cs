using System.Security.Cryptography;
using System.Text;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Sqlite.Tests.TestSupport;

/// <summary>Makes document versions: one chunk per paragraph, embeddings drawn from the chunk's words.</summary>
internal static class TestDocuments
{
    public static readonly TextAnalyzer Analyzer = new();

    public static DocumentVersion Make(long sourceId, string path, params string[] paragraphs) => Make(StoreFolder.Space, sourceId, path, paragraphs);

    public static DocumentVersion Make(EmbeddingSpace space, long sourceId, string path, params string[] paragraphs)
    {
        var text = string.Concat(paragraphs.Select(paragraph => paragraph + "\n"));
        var chunks = new List<Chunk>();
        var terms = new List<ChunkTerms>();
        var embeddings = new float[paragraphs.Length * space.Dimensions];
        var start = 0;
        for (var i = 0; i < paragraphs.Length; i++)
        {
            var end = start + paragraphs[i].Length + 1;
            var chunk = new Chunk(i, start, end, i + 1, i + 1, ChunkKind.Prose, null, null, false);
            chunks.Add(chunk);
            terms.Add(Analyzer.AnalyzeChunk(paragraphs[i], chunk, path));
            Embed(paragraphs[i], space.Dimensions).CopyTo(embeddings, i * space.Dimensions);
            start = end;
        }

        return new DocumentVersion(
            sourceId, path, "text", Hash(text), text.Length, DateTimeOffset.UnixEpoch, text, paragraphs.Length, chunks, terms, embeddings);
    }

    public static IngestionBatch Batch(long collectionId, params DocumentVersion[] versions) => new(collectionId, versions, [], []);

    public static QueryEmbeddings Query(string text, EmbeddingSpace? space = null)
        => QueryEmbeddings.Of(space ?? StoreFolder.Space, Embed(text, (space ?? StoreFolder.Space).Dimensions));

    public static float[] Embed(string text, int? dimensions = null)
    {
        var sum = new float[dimensions ?? StoreFolder.Space.Dimensions];
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var random = new Random(word.Aggregate(17, (hash, letter) => hash * 31 + letter));
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += random.NextSingle() - 0.5f;
            }
        }

        var length = MathF.Sqrt(sum.Sum(value => value * value));
        return length == 0 ? sum : [.. sum.Select(value => value / length)];
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
