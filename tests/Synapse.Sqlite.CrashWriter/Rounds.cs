using System.Security.Cryptography;
using System.Text;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Sqlite.CrashWriter;

/// <summary>An endless row of changes to one collection, each computed from its number: what the store must hold after any of them is known.</summary>
internal static class Rounds
{
    public const string Collection = "crash";

    /// <summary>The document that tells which round was committed last.</summary>
    public const string RoundPath = "round.txt";

    public static readonly EmbeddingSpace Space = new("crash", 32);

    /// <summary>The space that the collection is switched to and back from.</summary>
    public static readonly EmbeddingSpace OtherSpace = new("crash too", 24);

    private const int Paths = 40;

    private static readonly TextAnalyzer s_analyzer = new();

    /// <summary>The texts that the store holds after a round, by path.</summary>
    public static SortedDictionary<string, string> StateAfter(int round)
    {
        var state = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var each = 1; each <= round; each++)
        {
            var (changed, removed) = Changes(each);
            foreach (var (path, text) in changed)
            {
                state[path] = text;
            }

            foreach (var path in removed)
            {
                state.Remove(path);
            }
        }

        return state;
    }

    /// <summary>What a round changes and removes.</summary>
    public static (IReadOnlyList<(string Path, string Text)> Changed, IReadOnlyList<string> Removed) Changes(int round)
    {
        var random = new Random(round);
        var paths = Enumerable.Range(0, Paths).Select(i => $"d{i:D2}.txt").ToArray();
        random.Shuffle(paths);
        var changed = paths.Take(random.Next(1, 6)).Select(path => (path, Text(random, round))).Append((RoundPath, $"round r{round}\n"));
        return ([.. changed], [.. paths.Skip(6).Take(random.Next(3))]);
    }

    /// <summary>A version of a document, one chunk per line.</summary>
    public static DocumentVersion Version(EmbeddingSpace space, long sourceId, string path, string text)
    {
        var chunks = new List<Chunk>();
        var embeddings = new List<float>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) + 1;
            chunks.Add(new Chunk(chunks.Count, start, end, chunks.Count + 1, chunks.Count + 1, ChunkKind.Prose, null, null, false));
            embeddings.AddRange(Embed(space, text.AsSpan(start, end - start)));
            start = end;
        }

        var terms = chunks.Select(chunk => s_analyzer.AnalyzeChunk(text.AsSpan(chunk.StartOffset, chunk.EndOffset - chunk.StartOffset), chunk, path));
        return new DocumentVersion(
            sourceId, path, "text", Hash(text), text.Length, DateTimeOffset.UnixEpoch, text, chunks.Count, chunks, [.. terms], embeddings.ToArray());
    }

    public static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string Text(Random random, int round)
        => string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => $"w{random.Next(30)} w{random.Next(300)} r{round}\n"));

    /// <summary>The embedding of a line.</summary>
    public static float[] Embed(EmbeddingSpace space, ReadOnlySpan<char> text)
    {
        var random = new Random(text.Length * 1_000 + text[1] + space.Dimensions);
        var vector = Enumerable.Range(0, space.Dimensions).Select(_ => random.NextSingle() - 0.5f).ToArray();
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }
}
