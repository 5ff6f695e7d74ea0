using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.Storage;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests.Faults;

public sealed class FullDiskTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_full_disk_keeps_nothing_of_the_batch_and_everything_from_before_and_goes_on_when_there_is_room()
    {
        var (collection, source) = await _folder.AddCollectionAsync("docs");
        await _folder.Store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple")), Token);
        var large = TestDocuments.Batch(
            collection.Id,
            TestDocuments.Make(source.Id, "a.txt", "changed"),
            TestDocuments.Make(source.Id, "b.txt", [.. Enumerable.Range(0, 400).Select(i => $"banana {i} " + new string('x', 500))]));
        _folder.Store.LimitPages(40);

        await Assert.ThrowsAsync<DiskFullException>(() => _folder.Store.CommitAsync(large, Token).AsTask());
        await CheckAppleAsync(collection.Id);
        _folder.Reopen();
        await CheckAppleAsync(collection.Id);

        await _folder.Store.CommitAsync(large, Token);
        Assert.Equal(2, (await _folder.Store.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 10, Token)).Count);
    }

    private async Task CheckAppleAsync(long collectionId)
    {
        var document = Assert.Single(await _folder.Store.ListDocumentsAsync(AccessScope.Everything, collectionId, null, 10, Token));
        Assert.Equal("apple\n", await _folder.Store.ReadTextAsync(AccessScope.Everything, document.Id, Token));
        await using var snapshot = await _folder.Store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
        Assert.Equal(1, snapshot.ChunkCount);
    }
}
