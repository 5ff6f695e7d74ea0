using Synapse.Retrieval.Fusion;
using Synapse.Retrieval.Intent;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Fusion;

public sealed class FusionWeightTests
{
    private static readonly FusionWeights s_weights = new() { Prose = 0.2, Code = 0.6, ProseWithNames = 0.1, Symbol = 0.05 };

    [Fact]
    public void Meaning_counts_more_the_more_of_the_candidates_are_code()
    {
        // One of four candidates is code: 0.2 + a quarter of 0.4.
        var prose = RankingFixture.Candidate("a.md", 1);
        var code = RankingFixture.Candidate("a.cs", 1, ["A"]);
        Assert.Equal(0.2, FusionWeight.Of(IntentReader.Read("how are cookies kept"), [prose], s_weights), precision: 9);
        Assert.Equal(0.3, FusionWeight.Of(IntentReader.Read("how are cookies kept"), [prose, prose, prose, code], s_weights), precision: 9);
        Assert.Equal(0.6, FusionWeight.Of(IntentReader.Read("how are cookies kept"), [code], s_weights), precision: 9);
    }

    [Fact]
    public void Names_are_a_matter_of_keywords()
    {
        var code = RankingFixture.Candidate("a.cs", 1, ["A"]);
        Assert.Equal(0.05, FusionWeight.Of(IntentReader.Read("CookieJar"), [code], s_weights));
        Assert.Equal(0.1, FusionWeight.Of(IntentReader.Read("how does CookieJar expire cookies"), [code], s_weights));
    }
}
