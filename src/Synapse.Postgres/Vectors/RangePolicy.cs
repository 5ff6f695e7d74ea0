namespace Synapse.Postgres.Vectors;

/// <summary>
/// Says when the fresh chunks of a collection are worth an index, and which ranges before them it takes in. A search asks every range and compares every fresh chunk, so there must
/// be few of both; and what is built anew at each step must be few times what came, so that the work does not grow with the square of the collection.
/// </summary>
internal static class RangePolicy
{
    /// <summary>How many times more fresh chunks are compared while a job adds some slowly, and while one adds them fast: a build takes processors away from it.</summary>
    private const int SlowFactor = 5;
    private const int FastFactor = 100;

    /// <summary>A range is taken in when it is at most so many times as large as what comes after it, where nobody adds; else when it is no larger.</summary>
    private const int QuietFactor = 4;

    /// <summary>Chooses how many ranges stay as they are; one index takes the place of the rest, with the fresh chunks.</summary>
    /// <param name="ranges">Chunks of each range, the oldest first.</param>
    /// <param name="fresh">Chunks after them.</param>
    /// <param name="pace">Whether more are coming.</param>
    /// <param name="indexedFrom">Fresh chunks from which on an index is worth it when nobody adds any.</param>
    /// <returns>Null when nothing is to be built.</returns>
    public static int? Choose(IReadOnlyList<long> ranges, long fresh, LoadPace pace, int indexedFrom)
    {
        var kept = ranges.Count;
        var taken = fresh;
        if (fresh < LeastFresh(pace, indexedFrom))
        {
            if (pace != LoadPace.None || kept == 0)
            {
                return null;
            }

            // Nothing that is worth an index of its own: only where the ranges have grown too many.
            taken += ranges[--kept];
        }

        var factor = pace == LoadPace.None ? QuietFactor : 1;
        while (kept > 0 && ranges[kept - 1] <= factor * taken)
        {
            taken += ranges[--kept];
        }

        return fresh >= LeastFresh(pace, indexedFrom) || kept < ranges.Count - 1 ? kept : null;
    }

    private static long LeastFresh(LoadPace pace, int indexedFrom)
        => pace switch
        {
            LoadPace.None => 1L,
            LoadPace.Slow => SlowFactor,
            _ => FastFactor,
        } * indexedFrom;
}
