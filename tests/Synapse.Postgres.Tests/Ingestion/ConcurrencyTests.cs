using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.Storage;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests.Ingestion;

/// <summary>Several servers change one database at once.</summary>
public sealed class ConcurrencyTests : TwoServerTests
{
    [Fact]
    public async Task Of_two_servers_that_make_the_same_collection_one_does()
    {
        for (var round = 0; round < 20; round++)
        {
            var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => TryAsync(Servers[i % 2], $"c{round}")));
            Assert.Single(made, succeeded => succeeded);
        }

        Assert.Equal(20, (await Servers[0].ListCollectionsAsync(AccessScope.Everything, Token)).Count);

        static async Task<bool> TryAsync(PostgresStore store, string name)
        {
            try
            {
                await store.CreateCollectionAsync(name, SourceKind.Folder, "/x", CollectionPrivacy.LocalOnly, Token);
                return true;
            }
            catch (CollectionExistsException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task The_same_source_and_the_same_job_asked_for_at_once_are_one()
    {
        for (var round = 0; round < 10; round++)
        {
            var collection = await Servers[0].CreateCollectionAsync($"c{round}", Token);
            var sources = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Servers[i % 2].AddSourceAsync(collection.Id, SourceKind.Folder, "/x", Token).AsTask()));
            Assert.Single(sources.Select(source => source.Id).Distinct());
            var jobs = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Servers[i % 2].AddJobAsync(new JobRequest(collection.Id, sources[0].Id, IngestionJobPriority.Load), Token).AsTask()));
            Assert.Single(jobs.Select(job => job.Id).Distinct());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Commits_at_once_are_all_there_and_counted(int collections)
    {
        var places = new List<(Collection Collection, Source Source)>();
        for (var i = 0; i < collections; i++)
        {
            places.Add(await AddCollectionAsync($"c{i}"));
        }

        // Four writers; each path is written by two of them, and the last one stays.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(writer => Task.Run(
            async () =>
            {
                for (var round = 0; round < 12; round++)
                {
                    var (collection, source) = places[round % collections];
                    await Servers[writer % 2].CommitAsync(
                        TestDocuments.Batch(collection.Id, [.. Enumerable.Range(0, 3).Select(i => TestDocuments.Make(source.Id, $"{writer / 2}-{round}-{i}.txt", $"w{writer}", "apple"))]), Token);
                }
            },
            Token)));

        // 2 pairs of writers x 12 rounds x 3 paths.
        var summaries = await Servers[0].ListCollectionsAsync(AccessScope.Everything, Token);
        Assert.Equal(72, summaries.Sum(each => each.DocumentCount));
        Assert.Equal(144, summaries.Sum(each => each.ChunkCount));
        Assert.All(summaries, each => Assert.Equal(each.DocumentCount * "w0\napple\n".Length, each.SizeBytes));
        await CheckWholeAsync();
        foreach (var (collection, _) in places)
        {
            foreach (var document in await Servers[1].ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 1_000, Token))
            {
                Assert.Matches("^w[0-3]\napple\n$", await Servers[1].ReadTextAsync(AccessScope.Everything, document.Id, Token));
            }
        }

        // Each of the 48 commits changed a version; merges do so as well.
        Assert.InRange(await Database.ScalarAsync<decimal>("SELECT sum(version) FROM synapse.collections", Token), 48, decimal.MaxValue);
    }

    [Fact]
    public async Task Removals_at_the_time_of_commits_leave_nothing_behind_and_wait_for_nobody_for_ever()
    {
        for (var round = 0; round < 8; round++)
        {
            var (collection, source) = await AddCollectionAsync($"c{round}");
            await Servers[0].CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "first.txt", "apple", "banana")), Token);
            await Task.WhenAll(
                CommitManyAsync(Servers[0], collection, source, "a"),
                CommitManyAsync(Servers[1], collection, source, "b"),
                AddJobsAsync(Servers[0], collection, source),
                Task.Run(async () => Assert.True(round % 2 == 0
                    ? await Servers[1].RemoveSourceAsync(AccessScope.Everything, source.Id, Token)
                    : await Servers[1].RemoveCollectionAsync(AccessScope.Everything, collection.Id, Token)), Token));
            await CheckWholeAsync();
            Assert.Empty(await Servers[0].ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 10, Token));
            Assert.Empty(await Servers[0].ListJobsAsync(AccessScope.Everything, collection.Id, false, 10, Token));
        }

        static Task CommitManyAsync(PostgresStore store, Collection collection, Source source, string name) => Task.Run(
            async () =>
            {
                try
                {
                    for (var i = 0; i < 50; i++)
                    {
                        await store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, $"{name}{i}.txt", "apple")), Token);
                    }

                    Assert.Fail("The removal did not come.");
                }
                catch (Exception gone) when (gone is SourceNotFoundException or CollectionNotFoundException)
                {
                    // As it should end.
                }
            },
            Token);

        static Task AddJobsAsync(PostgresStore store, Collection collection, Source source) => Task.Run(
            async () =>
            {
                try
                {
                    while (true)
                    {
                        await store.AddJobAsync(new JobRequest(collection.Id, source.Id, IngestionJobPriority.Change, ["a.txt"]), Token);
                        if (await store.ClaimJobAsync(new JobClaim("test", TimeSpan.FromMinutes(1), [source.Id]), Token) is { } claimed)
                        {
                            await store.ReleaseJobAsync(claimed.Lease, claimed.Job with { State = IngestionJobState.Completed }, default, Token);
                        }
                    }
                }
                catch (SourceNotFoundException)
                {
                    // As it should end.
                }
            },
            Token);
    }

    private async Task<(Collection Collection, Source Source)> AddCollectionAsync(string name)
    {
        var collection = await Servers[0].CreateCollectionAsync(name, Token);
        await Servers[0].UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        return (collection, await Servers[0].AddSourceAsync(collection.Id, SourceKind.Folder, "/" + name, Token));
    }

    /// <summary>Every row belongs to a document, every document has its rows, and the counts are those of the rows.</summary>
    private async Task CheckWholeAsync()
    {
        foreach (var sql in (string[])
        [
            "SELECT count(*) FROM synapse.document_text WHERE document_id NOT IN (SELECT id FROM synapse.documents)",
            "SELECT count(*) FROM synapse.chunks WHERE document_id NOT IN (SELECT id FROM synapse.documents)",
            "SELECT count(*) FROM synapse.documents AS d WHERE chunk_count <> (SELECT count(*) FROM synapse.chunks WHERE document_id = d.id)",
            "SELECT count(*) FROM synapse.documents AS d WHERE NOT EXISTS(SELECT 1 FROM synapse.document_text WHERE document_id = d.id)",
            "SELECT count(*) FROM synapse.collections AS c WHERE document_count <> (SELECT count(*) FROM synapse.documents WHERE collection_id = c.id)",
            "SELECT count(*) FROM synapse.collections AS c WHERE chunk_count <> (SELECT coalesce(sum(chunk_count), 0) FROM synapse.documents WHERE collection_id = c.id)",
            "SELECT count(*) FROM synapse.collections AS c WHERE chunk_count <> (SELECT coalesce(sum(chunk_count), 0) FROM synapse.collection_spaces WHERE collection_id = c.id)",
            "SELECT count(*) FROM synapse.collection_spaces WHERE collection_id NOT IN (SELECT id FROM synapse.collections)",
            "SELECT count(*) FROM synapse.removed_documents WHERE collection_id NOT IN (SELECT id FROM synapse.collections) OR document_id IN (SELECT id FROM synapse.documents)",
        ])
        {
            Assert.Equal((sql, 0L), (sql, await Database.ScalarAsync<long>(sql, Token)));
        }
    }
}
