using System.Text;
using System.Text.Json;
using Synapse.Library;
using Synapse.Storage.Archiving;
using Synapse.StoreConformance;
using Synapse.StoreCopying.Tests.TestSupport;

namespace Synapse.StoreCopying.Tests.Archives;

/// <summary>A folder for the archives of one test, and what is done with them.</summary>
internal sealed class ArchiveWorkbench : IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public string Folder { get; } = Directory.CreateTempSubdirectory("synapse-archives-").FullName;

    public string this[string name] => Path.Combine(Folder, name);

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Writes a whole store.</summary>
    public async Task<string> BackUpAsync(OpenStore store, string name = "store.synapse")
    {
        await ArchiveFile.WriteAsync(
            this[name], replace: false, (file, token) => new ArchiveWriting(store.Store, TimeProvider.System).WriteStoreAsync(file, [new("prompts/answer.md", "Answer."u8.ToArray())], _ => { }, token), Token);
        return this[name];
    }

    /// <summary>Writes one collection.</summary>
    public async Task<string> ExportAsync(OpenStore store, string collection, string name = "collection.synapse")
    {
        var found = await Household.FindAsync(store.Store, collection);
        await ArchiveFile.WriteAsync(this[name], replace: false, (file, token) => new ArchiveWriting(store.Store, TimeProvider.System).WriteCollectionAsync(file, found, _ => { }, token), Token);
        return this[name];
    }

    /// <summary>Writes an archive of two small documents.</summary>
    public async Task<string> MakeSmallAsync()
    {
        await using var place = await StorePlace.MakeAsync(StoreKind.Sqlite);
        using var opened = place.Open();
        var store = opened.Store;
        var collection = await store.CreateCollectionAsync("small", SourceKind.Folder, "/small", CollectionPrivacy.Unrestricted, Token);
        await store.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        var source = (await store.ListSourcesAsync(AccessScope.Everything, collection.Id, Token))[0];
        await store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "a.txt", "alpha beta", "gamma"), TestDocuments.Make(source.Id, "b.txt", new string('b', 200))), Token);
        return await BackUpAsync(opened, "small.synapse");
    }

    /// <summary>Reads an archive from end to end.</summary>
    public static async Task<ArchiveReport> CheckAsync(string path)
    {
        using var archive = StoreArchive.Open(path);
        return await archive.CheckAsync(TimeProvider.System, _ => { }, Token);
    }

    /// <summary>Writes an archive anew as somebody would who knows the format: with every hash right.</summary>
    /// <param name="path">The archive.</param>
    /// <param name="change">Changes the bytes of an entry; null leaves it out.</param>
    /// <param name="changeManifest">Changes the manifest at the end.</param>
    /// <param name="more">Further entries.</param>
    public async Task<string> ForgeAsync(
        string path, Func<string, byte[], byte[]?> change, Func<ArchiveManifest, ArchiveManifest>? changeManifest = null, params (string Name, byte[] Content)[] more)
    {
        var forged = this[$"{Guid.CreateVersion7()}.synapse"];
        using var reader = PackedReader.Open(path, new ZipRecords());
        await using var file = File.Create(forged);
        using var writer = new PackedWriter(file, new ZipRecords());
        foreach (var entry in reader.Manifest.Entries)
        {
            if (change(entry.Name, reader.Read(entry.Name)) is { } content)
            {
                await writer.AddAsync(entry.Name, content, isPackable: true, Token);
            }
        }

        foreach (var (name, content) in more)
        {
            await writer.AddAsync(name, content, isPackable: true, Token);
        }

        var manifest = reader.Manifest with { Entries = [.. writer.Entries] };
        manifest = changeManifest?.Invoke(manifest) ?? manifest;
        var hash = await writer.AddAsync(ArchiveFormat.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, ArchiveJson.Default.ArchiveManifest), isPackable: true, Token);
        await writer.CompleteAsync(ArchiveFormat.Comment(hash), Token);
        return forged;
    }

    /// <summary>Replaces text in the entries whose names end so.</summary>
    public static Func<string, byte[], byte[]?> Replacing(string suffix, string from, string to) => (name, content) =>
    {
        if (!name.EndsWith(suffix, StringComparison.Ordinal))
        {
            return content;
        }

        var text = Encoding.UTF8.GetString(content);
        Assert.Contains(from, text, StringComparison.Ordinal);
        return Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
    };
}
