using Synapse.Storage.Archiving;
using Synapse.Storage.Copying;
using Synapse.StoreCopying.Tests.TestSupport;

namespace Synapse.StoreCopying.Tests.Archives;

/// <summary>An archive as the first version of the format wrote it: every later program reads it.</summary>
public sealed class GoldenArchiveTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task An_archive_of_the_first_version_is_restored(StoreKind kind)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Archives", "version-1.synapse");
        await using var restored = await StorePlace.MakeAsync(kind);
        using var target = restored.Open();
        using var archive = StoreArchive.Open(path, ArchiveContent.Store);
        var held = await archive.CheckAsync(TimeProvider.System, _ => { }, Token);
        var report = await new StoreCopy(archive, target.Store, TimeProvider.System).RunAsync(_ => { }, Token);

        // As they were printed when it was made: of a household with six documents in place of sixty.
        var digests = report.Collections.Select(each => (each.Name, each.Documents, each.Digest));
        Assert.Equal("e09a8a69f5e805ed939c495747a76596d72d9b0a1d697a9b7fcf79db117bc916", held.Sha256);
        Assert.Equal(
            [
                ("large", 8L, "a686b86b0b71b1b7ddd92015a408735e3e4b642ab38829187c90ce9c125ab2d3"),
                ("moving", 4, "f216c6289c2f0fe463b2388a5ceba28ecc7a63ecb9289ee8c2a48bc3d638fad9"),
                ("nothing", 0, "195f697358e09f99e028ce4e7666d22f0a7b0845877785bc2b1c65dc15c3d38b"),
            ],
            digests);
        Assert.Equal(2, report.EgressEntries);
        Assert.Equal("Answer.", System.Text.Encoding.UTF8.GetString(archive.ReadFile("prompts/answer.md")));
    }
}
