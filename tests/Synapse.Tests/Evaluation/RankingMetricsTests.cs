using Synapse.Evaluation;

namespace Synapse.Tests.Evaluation;

public sealed class RankingMetricsTests
{
    private static readonly Dictionary<string, double> Gains = new() { ["a"] = 3, ["b"] = 1, ["c"] = 0 };

    [Fact]
    public void Ndcg_is_one_when_the_judged_ids_lead_by_gain()
        => Assert.Equal(1.0, RankingMetrics.NormalizedDiscountedCumulativeGain(["a", "b", "x"], Gains, 10), precision: 12);

    [Fact]
    public void Ndcg_divides_the_gains_by_the_logarithm_of_the_rank()
    {
        // b at rank 1: 1/log2(2) = 1; a at rank 3: 3/log2(4) = 1.5; ideal 3/log2(2) + 1/log2(3) = 3.63093.
        var expected = 2.5 / (3 + 1 / Math.Log2(3));
        Assert.Equal(expected, RankingMetrics.NormalizedDiscountedCumulativeGain(["b", "x", "a"], Gains, 10), precision: 12);
    }

    [Fact]
    public void Ndcg_counts_judged_ids_that_were_not_found_in_the_ideal()
        => Assert.Equal(1 / (3 + 1 / Math.Log2(3)), RankingMetrics.NormalizedDiscountedCumulativeGain(["b"], Gains, 10), precision: 12);

    [Fact]
    public void Ndcg_cuts_both_lists_at_k()
        => Assert.Equal(1.0, RankingMetrics.NormalizedDiscountedCumulativeGain(["a", "x"], Gains, 1), precision: 12);

    [Fact]
    public void Ndcg_gives_a_repeated_id_its_gain_once()
        => Assert.Equal(
            RankingMetrics.NormalizedDiscountedCumulativeGain(["b", "x"], Gains, 10),
            RankingMetrics.NormalizedDiscountedCumulativeGain(["b", "b"], Gains, 10),
            precision: 12);

    [Fact]
    public void Ndcg_is_zero_when_nothing_is_relevant()
        => Assert.Equal(0, RankingMetrics.NormalizedDiscountedCumulativeGain(["c"], new Dictionary<string, double> { ["c"] = 0 }, 10));

    [Fact]
    public void Ndcg_refuses_a_depth_below_one()
        => Assert.Throws<ArgumentOutOfRangeException>(() => RankingMetrics.NormalizedDiscountedCumulativeGain(["a"], Gains, 0));

    [Fact]
    public void Recall_is_the_share_of_relevant_ids_within_the_depth()
    {
        // Two ids are relevant (a, b; c has gain 0); one of them is within the first two.
        Assert.Equal(0.5, RankingMetrics.Recall(["a", "c", "b"], Gains, 2));
        Assert.Equal(1.0, RankingMetrics.Recall(["a", "c", "b"], Gains, 3));
    }

    [Fact]
    public void Recall_counts_a_repeated_id_once()
        => Assert.Equal(0.5, RankingMetrics.Recall(["a", "a"], Gains, 2));

    [Fact]
    public void Reciprocal_rank_is_that_of_the_first_relevant_id()
    {
        Assert.Equal(1.0 / 3, RankingMetrics.ReciprocalRank(["x", "c", "b", "a"], Gains));
        Assert.Equal(0, RankingMetrics.ReciprocalRank(["x", "c"], Gains));
    }
}
