namespace Synapse.Evaluation;

/// <summary>Measures of one ranked list against judgements. Pure functions; means over queries are the caller's.</summary>
public static class RankingMetrics
{
    /// <summary>Normalised discounted cumulative gain: DCG@k of the list over DCG@k of the best possible list, DCG@k = Σ gain(rank) / log2(rank + 1), ranks from 1.</summary>
    /// <typeparam name="T">Type of the ids.</typeparam>
    /// <param name="ranking">Ids, best first. An id that was seen before in the list gains nothing.</param>
    /// <param name="gains">Gain of every judged id; ids that are missing gain 0. Gains of 0 or below count as not relevant.</param>
    /// <param name="k">How many ranks count; at least 1.</param>
    /// <returns>0 to 1; 0 when nothing is relevant.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    /// <remarks>Järvelin and Kekäläinen 2002, with linear gain as in trec_eval and BEIR. The ideal list holds all judged ids, retrieved or not.</remarks>
    public static double NormalizedDiscountedCumulativeGain<T>(IReadOnlyList<T> ranking, IReadOnlyDictionary<T, double> gains, int k)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(gains);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var seen = new HashSet<T>();
        var gained = 0.0;
        for (var i = 0; i < Math.Min(k, ranking.Count); i++)
        {
            if (seen.Add(ranking[i]) && gains.TryGetValue(ranking[i], out var gain) && gain > 0)
            {
                gained += gain / Math.Log2(i + 2);
            }
        }

        var ideal = gains.Values.Where(gain => gain > 0).OrderDescending().Take(k).Select((gain, i) => gain / Math.Log2(i + 2)).Sum();
        return ideal == 0 ? 0 : gained / ideal;
    }

    /// <summary>The share of the relevant ids that are among the first <paramref name="k"/> of the list.</summary>
    /// <typeparam name="T">Type of the ids.</typeparam>
    /// <param name="ranking">Ids, best first.</param>
    /// <param name="gains">Gain of every judged id; above 0 is relevant.</param>
    /// <param name="k">How many ranks count; at least 1.</param>
    /// <returns>0 to 1; 0 when nothing is relevant.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="k"/> is below 1.</exception>
    public static double Recall<T>(IReadOnlyList<T> ranking, IReadOnlyDictionary<T, double> gains, int k)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(gains);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        var relevant = gains.Values.Count(gain => gain > 0);
        var found = ranking.Take(k).Distinct().Count(id => gains.TryGetValue(id, out var gain) && gain > 0);
        return relevant == 0 ? 0 : (double)found / relevant;
    }

    /// <summary>One over the rank of the first relevant id; its mean over queries is the mean reciprocal rank (MRR).</summary>
    /// <typeparam name="T">Type of the ids.</typeparam>
    /// <param name="ranking">Ids, best first.</param>
    /// <param name="gains">Gain of every judged id; above 0 is relevant.</param>
    /// <returns>Above 0 to 1; 0 when no relevant id is in the list.</returns>
    public static double ReciprocalRank<T>(IReadOnlyList<T> ranking, IReadOnlyDictionary<T, double> gains)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(gains);
        for (var i = 0; i < ranking.Count; i++)
        {
            if (gains.TryGetValue(ranking[i], out var gain) && gain > 0)
            {
                return 1.0 / (i + 1);
            }
        }

        return 0;
    }
}
