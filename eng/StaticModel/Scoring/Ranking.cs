namespace Synapse.StaticModel.Scoring;

/// <summary>Measures and combinations of score lists: pure functions.</summary>
internal static class Ranking
{
    private const int Candidates = 200;

    /// <summary>NDCG at 10: gain / log2(rank + 1), by the best order of all judged documents. Ties by document number.</summary>
    public static double Ndcg10(ReadOnlySpan<float> scores, IReadOnlyDictionary<int, double> gains)
    {
        var documents = new int[scores.Length];
        var keys = new float[scores.Length];
        for (var i = 0; i < documents.Length; i++)
        {
            documents[i] = i;
            keys[i] = -scores[i];
        }

        Array.Sort(keys, documents);
        var found = 0.0;
        for (var rank = 1; rank <= Math.Min(10, documents.Length); rank++)
        {
            found += gains.GetValueOrDefault(documents[rank - 1]) / Math.Log2(rank + 1);
        }

        var ideal = gains.Values.OrderDescending().Take(10).Select(static (gain, i) => gain / Math.Log2(i + 2)).Sum();
        return ideal == 0 ? 0 : found / ideal;
    }

    /// <summary>Convex combination over the candidates of a query, the best 200 of either list, each score scaled to 0..1 among them.</summary>
    /// <returns>A score for every document; those that are no candidates come last.</returns>
    public static float[] Combine(ReadOnlySpan<float> keyword, ReadOnlySpan<float> vector, float vectorWeight)
    {
        var candidates = Best(keyword).Where(static document => document.Score > 0).Concat(Best(vector)).Select(static document => document.Index).Distinct().ToArray();
        float highestKeyword = 0, low = float.MaxValue, high = float.MinValue;
        foreach (var i in candidates)
        {
            highestKeyword = MathF.Max(highestKeyword, keyword[i]);
            low = MathF.Min(low, vector[i]);
            high = MathF.Max(high, vector[i]);
        }

        var combined = new float[keyword.Length];
        Array.Fill(combined, -1);
        foreach (var i in candidates)
        {
            combined[i] = (highestKeyword > 0 ? (1 - vectorWeight) * keyword[i] / highestKeyword : 0) + (high > low ? vectorWeight * (vector[i] - low) / (high - low) : 0);
        }

        return combined;
    }

    private static (int Index, float Score)[] Best(ReadOnlySpan<float> scores)
    {
        var documents = new int[scores.Length];
        var keys = new float[scores.Length];
        for (var i = 0; i < documents.Length; i++)
        {
            documents[i] = i;
            keys[i] = -scores[i];
        }

        Array.Sort(keys, documents);
        return [.. documents.Take(Candidates).Select((document, rank) => (document, -keys[rank]))];
    }
}
