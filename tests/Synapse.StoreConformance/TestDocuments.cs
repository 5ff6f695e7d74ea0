using System.Security.Cryptography;
using System.Text;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>Makes document versions: one chunk per paragraph, embeddings drawn from the chunk's words.</summary>
public static class TestDocuments
{
    public static readonly TextAnalyzer Analyzer = new();

    public static DocumentVersion Make(long sourceId, string path, params string[] paragraphs) => Make(StoreHarness.Space, sourceId, path, paragraphs);

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

    /// <summary>A document of two chunks without embeddings: characters of one to four UTF-8 bytes, everything that a chunk can have, and a text longer than any stored piece.</summary>
    public static DocumentVersion MakeLong(long sourceId)
    {
        const string Path = "src/Über.cs";
        var first = string.Concat(Enumerable.Repeat("aä€😀 ", 20_000));
        var text = first + "class Über { }\n";
        var chunks = new[]
        {
            new Chunk(0, 0, first.Length, 1, 1, ChunkKind.Prose, "Title > Part", null, false),
            new Chunk(1, first.Length, text.Length, 2, 9, ChunkKind.Code, null, "Space.Über", true) { Definitions = ["Space.Über", "Space.Über.Go"] },
        };
        var terms = chunks.Select(chunk => Analyzer.AnalyzeChunk(text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset), chunk, Path));
        return new DocumentVersion(
            sourceId, Path, "csharp", Hash(text), 123, new DateTimeOffset(2025, 5, 6, 7, 8, 9, TimeSpan.FromHours(2)).AddTicks(1_234_567), text, 9,
            chunks, [.. terms], new float[2 * StoreHarness.Space.Dimensions]);
    }

    public static IngestionBatch Batch(long collectionId, params DocumentVersion[] versions) => new(collectionId, versions, [], []);

    public static QueryEmbeddings Query(string text, EmbeddingSpace? space = null)
        => QueryEmbeddings.Of(space ?? StoreHarness.Space, Embed(text, (space ?? StoreHarness.Space).Dimensions));

    public static float[] Embed(string text, int? dimensions = null)
    {
        var sum = new float[dimensions ?? StoreHarness.Space.Dimensions];
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
