using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.StoreConformance;
using Synapse.Storage;

namespace Synapse.Postgres.Tests.Keywords;

/// <summary>Segments are merged by any server while others commit and search.</summary>
public sealed class MergingTests : IAsyncLifetime
{
    private static readonly PostgresOptions s_byHand = new() { MaintainsItself = false };

    private PostgresDatabase _database = null!;
    private PostgresStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        _store = Stores.Open(_database, s_byHand);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Searches_are_exact_while_two_servers_merge_what_a_third_changes()
    {
        var (collection, source) = await AddCollectionAsync();
        var reference = new ReferenceIndex();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await using var second = Stores.Open(_database, s_byHand);
        await using var third = Stores.Open(_database, s_byHand);
        var merging = new[] { MergeUntilAsync(second, stop.Token), MergeUntilAsync(third, stop.Token) };
        var random = new Random(3);
        for (var round = 0; round < 60; round++)
        {
            var versions = Enumerable.Range(0, random.Next(1, 6)).Select(_ => $"d{random.Next(60)}.txt").Distinct().Select(path => TestDocuments.Make(source, path, Paragraphs(random))).ToArray();
            var removed = (await _store.ListDocumentsAsync(AccessScope.Everything, collection, null, 1_000, Token)).Where(_ => random.Next(8) == 0).Select(static document => document.Id).ToArray();
            await _store.CommitAsync(new IngestionBatch(collection, versions, removed, []), Token);
            await reference.ReloadAsync(_store, [collection], versions, Token);
            foreach (var store in new[] { _store, second })
            {
                await CheckAsync(store, reference, random);
            }
        }

        await stop.CancelAsync();
        Assert.True((await Task.WhenAll(merging)).Sum() > 0, "Nothing was merged meanwhile.");
        await _store.MaintainAsync(Token);
        await CheckAsync(_store, reference, random);
        Assert.InRange(await CountAsync("segments WHERE state = 1"), 1, 16);
        Assert.Equal(0, await CountAsync("segments WHERE state <> 1"));
        Assert.Equal(0, await CountAsync("segment_pages WHERE segment_id NOT IN (SELECT id FROM synapse.segments)"));
        Assert.Equal(0, await CountAsync("segment_headers WHERE segment_id NOT IN (SELECT id FROM synapse.segments)"));
    }

    [Fact]
    public async Task What_a_killed_merge_left_is_taken_away()
    {
        var (collection, source) = await AddCollectionAsync();
        await FillAsync(collection, source, 9);
        await _database.ExecuteAsync(
            $"""
            INSERT INTO synapse.segments(collection_id, state, is_merged) VALUES({collection}, 0, true);
            INSERT INTO synapse.segment_pages SELECT max(id), 1, 0, 0, '' FROM synapse.segments;
            INSERT INTO synapse.segment_headers(segment_id, part, checksum, bytes) SELECT max(id), 0, 0, '' FROM synapse.segments
            """,
            Token);
        Assert.Equal(9, await FindAsync("common"));
        await _store.MaintainAsync(Token);

        Assert.Equal(1, await CountAsync("segments"));
        Assert.Equal(1, await CountAsync("segment_headers"));
        Assert.Equal(9, await FindAsync("common"));
    }

    [Fact]
    public async Task A_word_in_every_chunk_and_words_in_one_come_back_from_pages_of_every_size()
    {
        var (collection, source) = await AddCollectionAsync();
        var paragraphs = Enumerable.Range(0, 30_000).Select(static i => $"rare{i} {(i % 3 == 0 ? "third" : "other")}{string.Concat(Enumerable.Repeat(" common", 1 + (i * 7 % 13)))}").ToArray();
        await _store.CommitAsync(TestDocuments.Batch(collection, TestDocuments.Make(source, "large.txt", paragraphs)), Token);
        await FillAsync(collection, source, 8);
        for (var merged = 0; merged < 2; merged++)
        {
            await using (var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, null, Token))
            {
                Assert.Equal([30_008, 10_000, 0], await snapshot.GetDocumentFrequenciesAsync(["common", "third", "absent"], Token));
                Assert.Equal(Enumerable.Repeat(1, 100), await snapshot.GetDocumentFrequenciesAsync([.. Enumerable.Range(0, 100).Select(static i => $"rare{i * 299}")], Token));
                var hit = Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("rare29999")], 10, Token));
                Assert.StartsWith("rare29999 other common", Assert.Single(await snapshot.ReadTextsAsync([hit.Key], Token)), StringComparison.Ordinal);
            }

            await _store.MaintainAsync(Token);
        }

        Assert.True(await _database.ScalarAsync<int>("SELECT max(part) FROM synapse.segment_pages", Token) > 0, "No page was longer than a row.");
    }

    [Theory]
    [InlineData("segment_pages")]
    [InlineData("segment_headers")]
    public async Task A_changed_byte_of_the_index_is_told_and_no_answer_is_made_of_it(string table)
    {
        var (collection, source) = await AddCollectionAsync();
        await FillAsync(collection, source, 1);
        await _database.ExecuteAsync($"UPDATE synapse.{table} SET bytes = set_byte(bytes, length(bytes) / 2, get_byte(bytes, length(bytes) / 2) # 1)", Token);

        await Assert.ThrowsAsync<StoreCorruptException>(() => FindAsync("common"));
    }

    private static async Task<int> MergeUntilAsync(PostgresStore store, CancellationToken stop)
    {
        for (var runs = 0; ; runs++)
        {
            try
            {
                stop.ThrowIfCancellationRequested();
                await store.MaintainAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return runs;
            }
        }
    }

    private static string[] Paragraphs(Random random) => [.. Enumerable.Range(0, random.Next(1, 20)).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(1, 9)).Select(_ => Word(random))))];

    private static string Word(Random random) => $"w{(int)(40 * Math.Pow(random.NextDouble(), 3))}";

    private static async Task CheckAsync(PostgresStore store, ReferenceIndex reference, Random random)
    {
        await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        var terms = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new QueryTerm(Word(random))).ToArray();
        var found = await snapshot.FindByKeywordsAsync(terms, 15, Token);
        var expected = reference.Find(terms, null);
        Assert.Equal(reference.Count(null), snapshot.ChunkCount);
        Assert.Equal(
            expected.Take(15).Select(static chunk => (chunk.Path, chunk.Ordinal)),
            (await snapshot.DescribeAsync([.. found.Select(static chunk => chunk.Key)], Token)).Select(static chunk => (chunk.Path, chunk.Chunk.Ordinal)));
        Assert.All(found.Zip(expected), static pair => Assert.Equal(pair.Second.Score, pair.First.Score, 1e-5));
    }

    private async Task<(long CollectionId, long SourceId)> AddCollectionAsync()
    {
        var collection = await _store.CreateCollectionAsync("docs", Token);
        await _store.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        return (collection.Id, (await _store.AddSourceAsync(collection.Id, SourceKind.Folder, "/docs", Token)).Id);
    }

    private async Task FillAsync(long collectionId, long sourceId, int commits)
    {
        for (var i = 0; i < commits; i++)
        {
            await _store.CommitAsync(TestDocuments.Batch(collectionId, TestDocuments.Make(sourceId, $"{i}.txt", $"common word{i}")), Token);
        }
    }

    private async Task<int> FindAsync(string word)
    {
        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        return (await snapshot.FindByKeywordsAsync([new QueryTerm(word)], 100, Token)).Count;
    }

    private async Task<int> CountAsync(string from) => (int)await _database.ScalarAsync<long>($"SELECT count(*) FROM synapse.{from}", Token);
}
