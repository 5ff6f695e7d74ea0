using Synapse.Retrieval.Ranking;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Ranking;

public sealed class WholeFileRuleTests
{
    [Fact]
    public void Best_chunk_of_the_file_with_the_most_good_chunks_gets_the_whole_weight()
    {
        // a.c sums to 1.2, the most of all; b.c to 0.9, which is three quarters of that.
        var best = RankingFixture.Candidate("a.c", 0.8);
        var other = RankingFixture.Candidate("a.c", 0.4, ordinal: 1);
        var single = RankingFixture.Candidate("b.c", 0.9);
        RankingFixture.Apply(new FileSupportRule(new RankingWeights { FileSupport = 0.2 }), "x", best, other, single);
        Assert.Equal(0.2, best.Part("fileSupport"), precision: 9);
        Assert.Equal(0, other.Part("fileSupport"));
        Assert.Equal(0.15, single.Part("fileSupport"), precision: 9);
    }

    [Fact]
    public void Each_further_chunk_of_a_file_keeps_a_smaller_share()
    {
        // With one half kept: 0.8, then 0.6 · 0.5, then 0.4 · 0.25.
        var first = RankingFixture.Candidate("a.c", 0.8);
        var second = RankingFixture.Candidate("a.c", 0.6, ordinal: 1);
        var third = RankingFixture.Candidate("a.c", 0.4, ordinal: 2);
        var alone = RankingFixture.Candidate("b.c", 0.5);
        RankingFixture.Apply(new FurtherChunkRule(new RankingWeights { FurtherChunk = 0.5 }), "x", third, second, first, alone);
        Assert.Equal([0.8, 0.3, 0.1, 0.5], new[] { first, second, third, alone }.Select(candidate => Math.Round(candidate.Score, 9)));
    }
}
