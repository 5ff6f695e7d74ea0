using Synapse.Answering;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval;
using Synapse.Retrieval.Ranking;
using Synapse.Storage;

namespace Synapse.Tests.Answering;

public sealed class EvidenceTests
{
    private static readonly WeightedWords s_words = new(["annual", "leave"], [3, 1]);

    [Fact]
    public void Evidence_is_three_parts_words_and_seven_parts_meaning()
        // "leave" has a quarter of the words' weight: 0.3 · 0.25 + 0.7 · 0.6.
        => Assert.Equal(0.3 * 0.25 + 0.7 * 0.6, Evidence.Of(Result(Hit("take your leave", 0.6f))), precision: 6);

    [Fact]
    public void Evidence_is_that_of_the_best_of_the_first_three_passages()
        => Assert.Equal(
            0.3 + 0.7 * 0.5,
            Evidence.Of(Result(Hit("nothing", 0.1f), Hit("annual leave", 0.5f), Hit("nothing", 0.2f), Hit("annual leave", 0.9f))),
            precision: 6);

    [Fact]
    public void Words_decide_alone_where_the_embedder_knows_none()
        => Assert.Equal(1, Evidence.Of(Result(Hit("annual leave", 0))), precision: 6);

    [Fact]
    public void Nothing_found_is_no_evidence()
        => Assert.Equal(0, Evidence.Of(Result()));

    private static SearchResult Result(params Hit[] hits) => new(hits, TimeSpan.Zero) { Words = s_words };

    private static Hit Hit(string text, float cosine)
    {
        var chunk = new Chunk(0, 0, text.Length, 1, 1, ChunkKind.Prose, null, null, false);
        return new Hit(new StoredChunk(new ChunkKey(1), 1, 1, 1, "a.md", "markdown", 1, chunk), text, 1, 0, cosine, []);
    }
}
