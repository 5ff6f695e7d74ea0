namespace Synapse.Indexing;

/// <summary>Says which segments are worth merging: enough of about one size, or one that is largely gone.</summary>
internal static class MergePolicy
{
    private const int SegmentsPerTier = 8;
    private const int MostSegmentsAtOnce = 16;
    private const int SmallestTierChunks = 256;

    /// <summary>Most chunks of a merged segment.</summary>
    public const int MostChunks = 1 << 20;


    /// <summary>Share of chunks that are gone above which a segment is written anew, in percent.</summary>
    private const int GonePercent = 25;

    /// <summary>Chooses the segments of one merge; empty when nothing is worth it.</summary>
    /// <param name="segments">The segments of a collection.</param>
    /// <param name="most">Most chunks of the merged segment; at most <see cref="MostChunks"/>.</param>
    public static IReadOnlyList<T> Choose<T>(IReadOnlyList<T> segments, int most = MostChunks)
        where T : IMergeable
    {
        foreach (var tier in segments.GroupBy(view => Tier(view.LiveChunks)).OrderBy(group => group.Key))
        {
            var chosen = new List<T>();
            var chunks = 0L;
            foreach (var view in tier)
            {
                if (chosen.Count < MostSegmentsAtOnce && chunks + view.LiveChunks <= most)
                {
                    chosen.Add(view);
                    chunks += view.LiveChunks;
                }
            }

            if (chosen.Count >= SegmentsPerTier)
            {
                return chosen;
            }
        }

        return [.. segments.Where(static segment => IsLargelyGone(segment)).Take(1)];
    }

    private static bool IsLargelyGone(IMergeable segment)
        => segment.LiveDocuments == 0 || (segment.ChunkCount - segment.LiveChunks) * 100L > segment.ChunkCount * (long)GonePercent;

    private static int Tier(int chunks)
    {
        var tier = 0;
        for (var limit = SmallestTierChunks; chunks > limit && limit < MostChunks; limit *= SegmentsPerTier)
        {
            tier++;
        }

        return tier;
    }
}
