using Synapse.Sqlite.Vectors;
using Synapse.Storage;

namespace Synapse.Sqlite.Search;

/// <summary>Finds the chunks nearest to a vector.</summary>
internal static class VectorSearch
{
    public static ScoredChunk[] FindTop(SnapshotSegments segments, QueryVector query, int limit, CancellationToken cancellationToken)
    {
        if (query.IsZero)
        {
            return [];
        }

        var top = new TopChunks(segments, limit);
        for (var segment = 0; segment < segments.Count; segment++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var view = segments[segment];
            if (view.Segment.Content.Vectors is not { } vectors || vectors.Dimensions != query.Dimensions)
            {
                continue;
            }

            for (var row = 0; row < vectors.Scales.Length; row++)
            {
                if (vectors.Scales[row] != 0 && view.Deletions?.Contains(row) != true)
                {
                    var score = query.Cosine(vectors, row);
                    if (score >= top.Threshold)
                    {
                        top.Offer(SnapshotSegments.Key(segment, row), score);
                    }
                }
            }
        }

        return top.ToSorted();
    }

    public static float[] Score(SnapshotSegments segments, QueryVector query, IReadOnlyList<ChunkKey> chunks)
    {
        var scores = new float[chunks.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            var (segment, row) = segments.Place(chunks[i]);
            if (!query.IsZero && segments[segment].Segment.Content.Vectors is { } vectors && vectors.Dimensions == query.Dimensions)
            {
                scores[i] = query.Cosine(vectors, row);
            }
        }

        return scores;
    }
}
