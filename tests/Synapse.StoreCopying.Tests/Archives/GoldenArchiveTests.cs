using System.Runtime.CompilerServices;
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
        if (Environment.GetEnvironmentVariable("SYNAPSE_MAKE_ARCHIVE") == "1")
        {
            path = SourcePath();
            await MakeAsync(path);
        }

        await using var restored = await StorePlace.MakeAsync(kind);
        using var target = restored.Open();
        using var archive = StoreArchive.Open(path, ArchiveContent.Store);
        var held = await archive.CheckAsync(TimeProvider.System, _ => { }, Token);
        var report = await new StoreCopy(archive, target.Store, TimeProvider.System).RunAsync(_ => { }, Token);

        // As they were printed when it was made.
        Assert.Equal("ARCHIVE", held.Sha256);
        Assert.Equal([("large", 8L, "LARGE"), ("moving", 4, "MOVING"), ("nothing", 0, "NOTHING")], report.Collections.Select(each => (each.Name, each.Documents, each.Digest)));
        Assert.Equal(2, report.EgressEntries);
        Assert.Equal("Answer.", System.Text.Encoding.UTF8.GetString(archive.ReadFile("prompts/answer.md")));
    }

    private static async Task MakeAsync(string path)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original, 6);
        using var source = original.Open();
        await ArchiveFile.WriteAsync(
            path, replace: true, (file, token) => new ArchiveWriting(source.Store, TimeProvider.System).WriteStoreAsync(file, [new("prompts/answer.md", "Answer."u8.ToArray())], _ => { }, token), Token);
    }

    private static string SourcePath([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "version-1.synapse");
}
