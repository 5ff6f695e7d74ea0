using Synapse.Sqlite.Segments;

namespace Synapse.Sqlite.Merging;

/// <summary>Says which segments are worth merging: enough of about one size, or one that is largely gone.</summary>
internal static class MergePolicy
{
    private const int SegmentsPerTier = 8;
    private const int MostSegmentsAtOnce = 16;
    private const int SmallestTierChunks = 256;
    private const int MostChunks = 1 << 20;
    private const long MostVectorNumbers = 1L << 30;

    /// <summary>Share of chunks that are gone above which a segment is written anew, in percent.</summary>
    private const int GonePercent = 25;

    /// <summary>Chooses the segments of one merge; empty when nothing is worth it.</summary>
    /// <param name="segments">The segments of a collection.</param>
    /// <param name="dimensions">Numbers per embedding.</param>
    public static IReadOnlyList<SegmentView> Choose(IReadOnlyList<SegmentView> segments, int dimensions)
    {
        var most = (int)Math.Min(MostChunks, MostVectorNumbers / Math.Max(dimensions, 1));
        foreach (var tier in segments.GroupBy(view => Tier(view.LiveChunks)).OrderBy(group => group.Key))
        {
            var chosen = new List<SegmentView>();
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

        return [.. segments.Where(IsLargelyGone).Take(1)];
    }

    private static bool IsLargelyGone(SegmentView view)
        => view.LiveDocuments == 0 || (view.Deletions is { } deletions && deletions.ChunkCount * 100L > view.Segment.ChunkCount * (long)GonePercent);

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
