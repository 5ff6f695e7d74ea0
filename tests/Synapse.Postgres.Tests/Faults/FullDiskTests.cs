using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.Storage;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests.Faults;

/// <summary>A disk that really is full: what was stored stays and is searched, what does not fit is refused whole, and with room again everything goes on.</summary>
public sealed class FullDiskTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_full_disk_refuses_what_does_not_fit_and_loses_nothing()
    {
        var server = await PostgresServer.SharedAsync();
        await using var disk = await SmallDisk.MakeAsync(server, 64, 32, Token);
        await using var store = Stores.Open(disk.Database, new PostgresOptions { IndexedFrom = 100, MaintainsItself = false });
        var collection = (await store.CreateCollectionAsync("docs", Token)).Id;
        await store.UseEmbeddingSpaceAsync(collection, StoreHarness.Space, Token);
        var source = (await store.AddSourceAsync(collection, SourceKind.Folder, "/docs", Token)).Id;

        var stored = 0;
        await Assert.ThrowsAsync<DiskFullException>(async () =>
        {
            for (; stored < 1_000; stored++)
            {
                await store.CommitAsync(TestDocuments.Batch(collection, Large(source, stored)), Token);
            }
        });
        Assert.InRange(stored, 2, 999);
        await CheckAsync(store, collection, stored);

        // What is done beside fails alike, and takes nothing with it.
        await Assert.ThrowsAsync<DiskFullException>(() => store.MaintainAsync(Token));
        await CheckAsync(store, collection, stored);

        disk.MakeRoom();
        await store.CommitAsync(TestDocuments.Batch(collection, Large(source, stored)), Token);
        await store.MaintainAsync(Token);
        await CheckAsync(store, collection, stored + 1);
    }

    private static async Task CheckAsync(PostgresStore store, long collection, int documents)
    {
        Assert.Equal(documents, Assert.Single(await store.ListCollectionsAsync(AccessScope.Everything, Token)).DocumentCount);
        await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, [collection], Token);
        for (var i = 0; i < documents; i += 3)
        {
            Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm($"only{i}")], 10, Token));
        }

        Assert.Empty(await snapshot.FindByKeywordsAsync([new QueryTerm($"only{documents}")], 10, Token));
        Assert.Equal(10, (await snapshot.FindByEmbeddingAsync(TestDocuments.Query("only0"), 10, Token)).Count);
    }

    /// <summary>A document of about a megabyte that does not get smaller by packing.</summary>
    private static DocumentVersion Large(long source, int number)
    {
        var random = new Random(number);
        var texts = Enumerable.Range(0, 100).Select(_ => string.Join(' ', Enumerable.Range(0, 1_000).Select(_ => random.Next().ToString("x8", System.Globalization.CultureInfo.InvariantCulture)))).ToArray();
        texts[0] = $"only{number}";
        return TestDocuments.Make(StoreHarness.Space, source, $"{number}.txt", texts);
    }
}
