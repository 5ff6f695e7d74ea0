using System.Numerics.Tensors;
using System.Text.Json;
using Synapse.LocalModels.Static;

namespace Synapse.Bench;

/// <summary>How hard embeddings are for an index: how much nearer the nearest are than any two, and in how many directions they lie around a query.</summary>
internal static class EmbeddingSpread
{
    private const int Dimensions = 384;
    private const int PieceLength = 1_280;
    private const int ShortestPiece = 200;
    private const int Questions = 200;
    private const int WordsPerQuestion = 8;
    private const int Neighbours = 100;
    private const float Same = 0.9999f;

    private static readonly string[] s_texts = [".md", ".txt", ".py", ".js", ".ts", ".cs", ".c", ".h", ".rs", ".go", ".html", ".xml"];

    /// <summary>Measures.</summary>
    /// <param name="what">A kind of made-up embeddings; a judged collection in BEIR's layout; or a folder of texts, of which pieces are asked for with words that follow each other in one of them.</param>
    /// <param name="count">Most chunks to look at.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task RunAsync(string what, int count, CancellationToken cancellationToken)
    {
        var (chunks, questions) = !Directory.Exists(what) ? MakeUp(MadeUpEmbeddings.Of(what), count) : Embed(await ReadAsync(what, count, cancellationToken));
        Report("questions", chunks, questions);
        Report("chunks", chunks, [.. new Random(1).GetItems(chunks, Questions)]);
    }

    private static (float[][] Chunks, float[][] Questions) MakeUp(MadeUpEmbeddings embeddings, int count)
    {
        var questions = new BenchEmbedder(new Synapse.Embedding.EmbeddingSpace("bench", Dimensions), embeddings, count);
        var chunks = new float[count][];
        Parallel.For(0, count, i => embeddings.Embed(i, chunks[i] = new float[Dimensions]));
        return (chunks, [.. Enumerable.Range(0, Questions).Select(questions.Vector)]);
    }

    private static (float[][] Chunks, float[][] Questions) Embed((List<string> Chunks, List<string> Questions) texts)
    {
        var embedder = new StaticEmbedder();
        return (Embed(embedder, texts.Chunks), Embed(embedder, texts.Questions));
    }

    private static float[][] Embed(StaticEmbedder embedder, List<string> texts)
    {
        var embeddings = new float[texts.Count][];
        Parallel.For(0, texts.Count, i => embedder.Embed(texts[i], embeddings[i] = new float[embedder.Space.Dimensions]));

        // A text without a known word has none.
        return [.. embeddings.Where(static embedding => embedding.AsSpan().ContainsAnyExcept(0f))];
    }

    private static async Task<(List<string> Chunks, List<string> Questions)> ReadAsync(string folder, int count, CancellationToken cancellationToken)
    {
        var random = new Random(5);
        var corpus = Path.Combine(folder, "corpus.jsonl");
        if (File.Exists(corpus))
        {
            return ([.. Lines(corpus).Take(count)], [.. Lines(Path.Combine(folder, "queries.jsonl")).Order(StringComparer.Ordinal).Take(Questions)]);
        }

        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = FileAttributes.ReparsePoint };
        var files = Directory.EnumerateFiles(folder, "*", options).Where(static file => s_texts.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal).ToArray();
        random.Shuffle(files);
        var pieces = new HashSet<string>();
        foreach (var file in files.TakeWhile(_ => pieces.Count < count))
        {
            pieces.UnionWith(Pieces(await File.ReadAllTextAsync(file, cancellationToken)).Take(count - pieces.Count));
        }

        return ([.. pieces], [.. random.GetItems(pieces.ToArray(), Questions).Select(piece => Words(piece, random))]);
    }

    private static IEnumerable<string> Pieces(string text)
        => text.Chunk(PieceLength).Where(static piece => piece.Length >= ShortestPiece).Select(static piece => new string(piece));

    private static string Words(string text, Random random)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words.Skip(random.Next(Math.Max(1, words.Length - WordsPerQuestion))).Take(WordsPerQuestion));
    }

    private static IEnumerable<string> Lines(string file) => File.ReadLines(file).Select(static line =>
    {
        using var json = JsonDocument.Parse(line);
        var title = json.RootElement.TryGetProperty("title", out var written) ? written.GetString() + " " : "";
        return title + json.RootElement.GetProperty("text").GetString();
    });

    private static void Report(string name, float[][] chunks, float[][] queries)
    {
        var seen = queries.AsParallel().Select(query => Look(query, chunks)).ToArray();
        StoreBench.Report($"{name}: similarity to any", seen.Average(static one => one.Any) * 1_000, "thousandths");
        StoreBench.Report($"{name}: to the nearest", seen.Average(static one => one.Nearest) * 1_000, "thousandths");
        StoreBench.Report($"{name}: to the tenth", seen.Average(static one => one.Tenth) * 1_000, "thousandths");
        StoreBench.Report($"{name}: distance of the tenth to that of any", seen.Average(static one => Distance(one.Tenth) / Distance(one.Any)) * 100, "%");
        StoreBench.Report($"{name}: local intrinsic dimensionality", seen.Average(static one => one.Directions), $"of {chunks.Length} chunks");
    }

    /// <remarks>The maximum likelihood estimate of Levina and Bickel, from the distances of the nearest hundred.</remarks>
    private static (double Any, double Nearest, double Tenth, double Directions) Look(float[] query, float[][] chunks)
    {
        var similarities = Array.ConvertAll(chunks, chunk => TensorPrimitives.Dot<float>(query, chunk));
        var any = similarities.Average(static similarity => (double)similarity);
        Array.Sort(similarities, static (a, b) => b.CompareTo(a));

        // Not itself, nor its copies.
        var nearest = similarities.SkipWhile(static similarity => similarity > Same).Take(Neighbours).ToArray();
        var furthest = Distance(nearest[^1]);
        return (any, nearest[0], nearest[9], -(nearest.Length - 1) / nearest[..^1].Sum(similarity => Math.Log(Distance(similarity) / furthest)));
    }

    private static double Distance(double similarity) => Math.Sqrt(Math.Max(1e-9, 2 - 2 * similarity));
}
