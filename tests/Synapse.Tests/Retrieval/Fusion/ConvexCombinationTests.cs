using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Fusion;
using Synapse.Retrieval.Ranking;
using Synapse.Storage;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Fusion;

public sealed class ConvexCombinationTests
{
    private static readonly EmbeddingSpace s_space = new("one", 2);
    private static readonly EmbeddingSpace s_other = new("other", 2);
    private static readonly QueryEmbeddings s_query = QueryEmbeddings.Of(s_space, new float[] { 1, 0 });

    [Fact]
    public void Scores_are_scaled_among_the_candidates_and_weighted()
    {
        // Keywords: 10 of at most 10 → 1, 5 → 0.5, 0 → 0. Vectors: from 0.2 to 0.6, so 0.3 → a quarter.
        var keyword = Candidate(1, 10, 0.2f);
        var both = Candidate(2, 5, 0.6f);
        var vector = Candidate(3, 0, 0.3f);
        ConvexCombination.Apply([keyword, both, vector], s_query, 0.4, fullMatch: 10);
        Assert.Equal(0.6, keyword.Score, precision: 6);
        Assert.Equal(0.6 * 0.5 + 0.4, both.Score, precision: 6);
        Assert.Equal(0.4 * 0.25, vector.Score, precision: 6);
        Assert.Equal(0.3, both.Part("bm25"), precision: 6);
        Assert.Equal(0.4, both.Part("vector"), precision: 6);
    }

    [Fact]
    public void Words_count_less_the_less_of_the_query_the_best_match_says()
    {
        // A full match would have 20: the best chunk has half of it. Without vectors there is nothing else to trust.
        Candidate[] some = [Candidate(1, 10, 0.2f), Candidate(2, 5, 0.6f)];
        ConvexCombination.Apply(some, s_query, 0.4, fullMatch: 20);
        Assert.Equal([0.3, 0.15], some.Select(candidate => Math.Round(candidate.Part("bm25"), 6)));
        Assert.True(some[1].Score > some[0].Score);

        Candidate[] alone = [Candidate(1, 10, 0), Candidate(2, 5, 0)];
        ConvexCombination.Apply(alone, QueryEmbeddings.None, 0.4, fullMatch: 20);
        Assert.Equal([1, 0.5], alone.Select(candidate => Math.Round(candidate.Part("bm25"), 6)));
    }

    [Fact]
    public void A_match_better_than_a_full_one_is_scaled_to_one()
    {
        // Short chunks that repeat a word exceed a chunk of average length that has it once.
        Candidate[] candidates = [Candidate(1, 10, 0.2f), Candidate(2, 5, 0.6f)];
        ConvexCombination.Apply(candidates, s_query, 0.4, fullMatch: 6);
        Assert.Equal([0.6, 0.3], candidates.Select(candidate => Math.Round(candidate.Part("bm25"), 6)));
    }

    [Fact]
    public void One_side_alone_still_orders_the_candidates()
    {
        var first = Candidate(1, 3, 0);
        var second = Candidate(2, 2, 0);
        ConvexCombination.Apply([first, second], s_query, 0.3, fullMatch: 3);
        Assert.True(first.Score > second.Score);
        Assert.Equal(0, first.Part("vector"));
    }

    [Fact]
    public void Similarities_are_scaled_within_their_own_space()
    {
        // The other model's similarities all lie high: among themselves 0.9 is the best and 0.8 the worst, and neither says anything about 0.5.
        Candidate[] candidates = [Candidate(1, 1, 0.5f), Candidate(2, 1, 0.1f), Candidate(3, 1, 0.9f, s_other), Candidate(4, 1, 0.8f, s_other)];
        QueryEmbeddings query = new(
            new KeyValuePair<string, ReadOnlyMemory<float>>(s_space.Fingerprint, new float[] { 1, 0 }),
            new KeyValuePair<string, ReadOnlyMemory<float>>(s_other.Fingerprint, new float[] { 0, 1 }));
        ConvexCombination.Apply(candidates, query, 0.4, fullMatch: 1);
        Assert.Equal([0.4, 0, 0.4, 0], candidates.Select(candidate => Math.Round(candidate.Part("vector"), 6)));
    }

    [Fact]
    public void Candidates_of_a_space_without_the_query_are_scored_by_keywords_alone()
    {
        Candidate[] candidates = [Candidate(1, 10, 0.5f), Candidate(2, 5, 0.1f), Candidate(3, 10, 0, s_other), Candidate(4, 5, 0, s_other)];
        ConvexCombination.Apply(candidates, s_query, 0.4, fullMatch: 40);
        // Of the space with the query 0.6 of the keywords count, of the other all; the best chunk is the measure, not the full match.
        Assert.Equal([0.6, 0.3, 1, 0.5], candidates.Select(candidate => Math.Round(candidate.Part("bm25"), 6)));
        Assert.Equal([0.4, 0, 0, 0], candidates.Select(candidate => Math.Round(candidate.Part("vector"), 6)));
    }

    private static Candidate Candidate(long key, float bm25Score, float similarity, EmbeddingSpace? space = null)
    {
        var chunk = new Chunk(0, 0, 1, 1, 1, ChunkKind.Prose, null, null, false);
        return new Candidate(new ChunkKey(key), bm25Score, similarity)
        {
            Stored = new StoredChunk(new ChunkKey(key), 1, 1, key, $"{key}.txt", "text", 1, chunk) { SpaceFingerprint = (space ?? s_space).Fingerprint },
        };
    }
}
