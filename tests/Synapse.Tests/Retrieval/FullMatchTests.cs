using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval;

public sealed class FullMatchTests
{
    private readonly TextAnalyzer _analyzer = new();

    [Fact]
    public async Task A_chunk_of_average_length_that_says_all_of_the_query_once_is_a_full_match()
    {
        // Three chunks of the same length, file names included, so that each is of average length.
        await using var snapshot = await OpenAsync("wing slipstream", "wing lift", "drag heat");
        var terms = _analyzer.AnalyzeQuery("slipstream of a wing");
        var found = await snapshot.FindByKeywordsAsync(terms, 10, TestContext.Current.CancellationToken);
        Assert.Equal(2, found.Count);
        Assert.Equal(found[0].Score, await FullMatch.ScoreAsync(snapshot, terms, TestContext.Current.CancellationToken), precision: 5);
    }

    [Fact]
    public async Task Words_that_no_chunk_has_belong_to_a_full_match()
    {
        await using var snapshot = await OpenAsync("wing slipstream", "wing lift", "drag heat");
        // ln(1 + (3 − 2 + ½)/(2 + ½)) = ln 1.6 for the wing of two chunks, ln(1 + (3 + ½)/½) = ln 8 for what is in none.
        var score = await FullMatch.ScoreAsync(snapshot, _analyzer.AnalyzeQuery("wing flutter"), TestContext.Current.CancellationToken);
        Assert.Equal(Math.Log(1.6) + Math.Log(8), score, precision: 9);
    }

    private async Task<ISearchSnapshot> OpenAsync(params string[] texts)
    {
        var library = new InMemoryLibrary(new HashingEmbedder(), _analyzer);
        for (var i = 0; i < texts.Length; i++)
        {
            library.Add(1, $"f{i}.txt", texts[i]);
        }

        return await library.OpenSnapshotAsync(AccessScope.Everything, null, TestContext.Current.CancellationToken);
    }
}
