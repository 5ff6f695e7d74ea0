using Synapse.Retrieval.Fusion;
using Synapse.Retrieval.Ranking;
using Synapse.Storage;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Fusion;

public sealed class ConvexCombinationTests
{
    [Fact]
    public void Scores_are_scaled_among_the_candidates_and_weighted()
    {
        // Keywords: 10 of at most 10 → 1, 5 → 0.5, 0 → 0. Vectors: from 0.2 to 0.6, so 0.3 → a quarter.
        var keyword = new Candidate(new ChunkKey(1), 10, 0.2f);
        var both = new Candidate(new ChunkKey(2), 5, 0.6f);
        var vector = new Candidate(new ChunkKey(3), 0, 0.3f);
        ConvexCombination.Apply([keyword, both, vector], 0.4);
        Assert.Equal(0.6, keyword.Score, precision: 6);
        Assert.Equal(0.6 * 0.5 + 0.4, both.Score, precision: 6);
        Assert.Equal(0.4 * 0.25, vector.Score, precision: 6);
        Assert.Equal(0.3, both.Part("bm25"), precision: 6);
        Assert.Equal(0.4, both.Part("vector"), precision: 6);
    }

    [Fact]
    public void One_side_alone_still_orders_the_candidates()
    {
        var first = new Candidate(new ChunkKey(1), 3, 0);
        var second = new Candidate(new ChunkKey(2), 2, 0);
        ConvexCombination.Apply([first, second], 0.3);
        Assert.True(first.Score > second.Score);
        Assert.Equal(0, first.Part("vector"));
    }
}
