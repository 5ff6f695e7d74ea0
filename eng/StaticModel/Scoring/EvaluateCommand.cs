using System.Globalization;
using System.Numerics.Tensors;
using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Scoring;

/// <summary><c>evaluate</c>: NDCG@10 of a plain BM25, of the weights alone, and of both combined.</summary>
internal static class EvaluateCommand
{
    private static readonly float[] VectorWeights = [0.15f, 0.3f, 0.45f];

    /// <param name="weightsPath">A weights file, or <c>resource</c> for the committed one.</param>
    /// <param name="sets">Each as FOLDER:JUDGEMENTS, for instance <c>eval/scifact:test.tsv</c>.</param>
    public static void Run(string weightsPath, IReadOnlyList<string> sets)
    {
        var embedder = new StaticEmbedder(weightsPath == "resource" ? StaticWeights.FromResource() : StaticWeights.FromFile(weightsPath));
        foreach (var set in sets)
        {
            var (folder, judgements) = set.Split(':') switch { [var f, var j] => (f, j), _ => throw new ArgumentException($"{set} is not FOLDER:JUDGEMENTS.") };
            Report(BeirSet.Load(folder, judgements), embedder);
        }
    }

    private static void Report(BeirSet set, StaticEmbedder embedder)
    {
        const int Dim = StaticWeights.Dimensions;
        var vectors = new float[set.Documents.Length * Dim];
        var bm25 = new Bm25();
        for (var i = 0; i < set.Documents.Length; i++)
        {
            embedder.Embed(set.Documents[i], vectors.AsSpan(i * Dim, Dim));
            bm25.Add(set.Documents[i]);
        }

        var totals = new double[2 + VectorWeights.Length];
        var query = new float[Dim];
        var cosines = new float[set.Documents.Length];
        foreach (var (text, gains) in set.Queries)
        {
            embedder.Embed(text, query.AsSpan());
            for (var i = 0; i < cosines.Length; i++)
            {
                cosines[i] = TensorPrimitives.Dot<float>(query, vectors.AsSpan(i * Dim, Dim));
            }

            var keyword = bm25.Score(text);
            totals[0] += Ranking.Ndcg10(keyword, gains);
            totals[1] += Ranking.Ndcg10(cosines, gains);
            for (var w = 0; w < VectorWeights.Length; w++)
            {
                totals[2 + w] += Ranking.Ndcg10(Ranking.Combine(keyword, cosines, VectorWeights[w]), gains);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Name,-16} BM25 {totals[0] / set.Queries.Length:F4}  static {totals[1] / set.Queries.Length:F4}  ")
            + string.Join("  ", VectorWeights.Select((weight, w) => string.Create(CultureInfo.InvariantCulture, $"fused {weight} {totals[2 + w] / set.Queries.Length:F4}"))));
    }
}
