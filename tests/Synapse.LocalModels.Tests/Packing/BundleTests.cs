using System.Formats.Tar;
using System.IO.Compression;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Onnx;
using Synapse.LocalModels.Packing;
using Synapse.LocalModels.Tests.TestSupport;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.Packing;

public sealed class BundleTests : IAsyncDisposable
{
    private readonly HubBench _bench = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task A_bundle_is_imported_elsewhere_whole_with_its_lock_and_loads()
    {
        var pulled = (await _bench.PullAsync()).Completed.Model;
        TinyModelFolder.WriteCrossEncoder(_bench["ranker"], new EncoderShape());
        await _bench.Import.RunAsync(_bench["ranker"], null, Cancel);
        await new ModelBundle(_bench.Store).WriteAsync(["ranker", HubBench.Id], _bench["models.tar.gz"], Cancel);

        var elsewhere = new ModelStore(_bench["elsewhere"]);
        var imported = await new ModelImport(elsewhere, new ModelStoreOptions { Folder = elsewhere.Folder }).RunAsync(_bench["models.tar.gz"], null, Cancel);

        Assert.Equal([HubBench.Name, "ranker"], imported.Models.Select(model => model.Name));
        Assert.Empty(imported.LeftOut);
        Assert.Equal(pulled.Lock!.ToBytes(), imported.Models[0].Lock!.ToBytes());
        Assert.Equal(Catalogue.ModelKind.Reranker, imported.Models[1].Lock!.Kind);
        Assert.True((await elsewhere.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
        Assert.True((await elsewhere.VerifyAsync("ranker", Cancel)).IsWhole);
        await using var model = SentenceModel.Load(elsewhere.Find(HubBench.Name));
        Assert.Equal(new EncoderShape().Hidden, model.Dimensions);
        Assert.Equal([".guards", ".incoming", HubBench.Name, "ranker"], Directory.GetFileSystemEntries(elsewhere.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(elsewhere.Folder, ".incoming")));
    }

    [Fact]
    public async Task The_same_models_give_the_same_bytes_at_another_time_and_place()
    {
        await _bench.PullAsync();
        await new ModelBundle(_bench.Store).WriteAsync([HubBench.Id], _bench["one.tar.gz"], Cancel);
        var elsewhere = new ModelStore(_bench["elsewhere"]);
        await new ModelImport(elsewhere, new ModelStoreOptions { Folder = elsewhere.Folder }).RunAsync(_bench["one.tar.gz"], null, Cancel);
        await new ModelBundle(elsewhere).WriteAsync([HubBench.Name], _bench["two.tar.gz"], Cancel);
        Assert.Equal(await File.ReadAllBytesAsync(_bench["one.tar.gz"], Cancel), await File.ReadAllBytesAsync(_bench["two.tar.gz"], Cancel));
    }

    [Fact]
    public async Task A_damaged_model_is_not_packed_and_no_file_is_overwritten()
    {
        await _bench.PullAsync();
        var output = _bench["out.tar.gz"];
        await File.WriteAllTextAsync(output, "mine", Cancel);
        await Assert.ThrowsAsync<ModelImportException>(() => new ModelBundle(_bench.Store).WriteAsync([HubBench.Id], output, Cancel));
        Assert.Equal("mine", await File.ReadAllTextAsync(output, Cancel));

        await File.AppendAllTextAsync(Path.Combine(_bench.Folder, "vocab.txt"), "x", Cancel);
        await Assert.ThrowsAsync<ModelDamagedException>(() => new ModelBundle(_bench.Store).WriteAsync([HubBench.Id], _bench["other.tar.gz"], Cancel));
        Assert.False(File.Exists(_bench["other.tar.gz"]));
    }

    [Fact]
    public async Task A_bundle_whose_bytes_are_not_those_of_its_lock_is_refused()
    {
        await _bench.PullAsync();
        await new ModelBundle(_bench.Store).WriteAsync([HubBench.Id], _bench["good.tar.gz"], Cancel);
        var files = Read(_bench["good.tar.gz"]);
        files[$"{HubBench.Name}/vocab.txt"][0] ^= 1;
        WriteTar(_bench["bad.tar.gz"], [.. files.Select(file => (file.Key, TarEntryType.RegularFile, file.Value))]);
        _bench.Store.Remove(HubBench.Id);

        var refused = await Assert.ThrowsAsync<ModelImportException>(() => _bench.Import.RunAsync(_bench["bad.tar.gz"], null, Cancel));
        Assert.Contains("vocab.txt", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List());
    }

    [Fact]
    public async Task A_folder_as_a_hub_has_it_gets_a_lock_of_what_came_and_the_rest_is_left_out()
    {
        await File.WriteAllTextAsync(Path.Combine(_bench.Source.Path, "pytorch_model.bin"), "pickle", Cancel);
        var imported = await _bench.Import.RunAsync(_bench.Source.Path, "mine", Cancel);
        Assert.Equal(["pytorch_model.bin"], imported.LeftOut);
        Assert.Null(imported.Models[0].Lock!.Commit);
        Assert.True((await _bench.Store.VerifyAsync("mine", Cancel)).IsWhole);
    }

    [Fact]
    public async Task A_zip_is_imported_like_a_folder()
    {
        await ZipFile.CreateFromDirectoryAsync(_bench.Source.Path, _bench["tiny.zip"], Cancel);
        var imported = await _bench.Import.RunAsync(_bench["tiny.zip"], null, Cancel);
        Assert.Equal("tiny", Assert.Single(imported.Models).Name);
        Assert.Equal(_bench.Store.Paths.Installed("tiny"), _bench.Store.Find("tiny"));
    }

    [Theory]
    [InlineData("../evil.json")]
    [InlineData("/etc/evil.json")]
    [InlineData("tiny/../../evil.json")]
    [InlineData("tiny\\..\\evil.json")]
    [InlineData("C:evil.json")]
    public async Task An_archive_with_a_path_that_leads_out_is_refused_whole(string path)
    {
        WriteTar(_bench["evil.tar.gz"], [.. Model("tiny"), (path, TarEntryType.RegularFile, "{}"u8.ToArray())]);
        await RefusedAsync(_bench["evil.tar.gz"], "leads out");
        WriteZip(_bench["evil.zip"], path, "{}", 0);
        await RefusedAsync(_bench["evil.zip"], "leads out");
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.CharacterDevice)]
    [InlineData(TarEntryType.Fifo)]
    public async Task An_archive_with_a_link_or_a_device_is_refused_whole(TarEntryType type)
    {
        WriteTar(_bench["evil.tar.gz"], [.. Model("tiny"), ("tiny/vocab2.txt", type, [])]);
        await RefusedAsync(_bench["evil.tar.gz"], "link or a device");
    }

    [Fact]
    public async Task A_zip_with_a_link_is_refused_whole()
    {
        WriteZip(_bench["evil.zip"], "tiny/vocab.txt", "/etc/passwd", unchecked((int)0xA1FF0000));
        await RefusedAsync(_bench["evil.zip"], "link or a device");
    }

    [Fact]
    public async Task A_bomb_is_stopped_at_the_limit_whatever_it_says_of_its_size()
    {
        _bench.MaxModelBytes = 1_000_000;
        WriteTar(_bench["bomb.tar.gz"], [("tiny/onnx/model.onnx", TarEntryType.RegularFile, new byte[50_000_000])]);
        Assert.True(new FileInfo(_bench["bomb.tar.gz"]).Length < 1_000_000);
        await RefusedAsync(_bench["bomb.tar.gz"], "larger than is taken");
    }

    [Fact]
    public async Task A_file_that_stands_twice_in_an_archive_is_refused()
    {
        WriteTar(_bench["evil.tar.gz"], [.. Model("tiny"), ("tiny/config.json", TarEntryType.RegularFile, "{}"u8.ToArray())]);
        await RefusedAsync(_bench["evil.tar.gz"], "twice");
    }

    [Theory]
    [InlineData("text.txt", "not an archive")]
    [InlineData("cut.tar.gz", null)]
    [InlineData("nothing.tar.gz", "")]
    public async Task What_is_no_model_is_refused(string name, string? content)
    {
        if (content is null)
        {
            WriteTar(_bench["whole.tar.gz"], Model("tiny"));
            await File.WriteAllBytesAsync(_bench[name], (await File.ReadAllBytesAsync(_bench["whole.tar.gz"], Cancel))[..^200], Cancel);
        }
        else if (content.Length == 0)
        {
            WriteTar(_bench[name], []);
        }
        else
        {
            await File.WriteAllTextAsync(_bench[name], content, Cancel);
        }

        await RefusedAsync(_bench[name], "");
    }

    private async Task RefusedAsync(string path, string word)
    {
        var refused = await Assert.ThrowsAsync<ModelImportException>(() => _bench.Import.RunAsync(path, null, Cancel));
        Assert.Contains(word, refused.Message, StringComparison.Ordinal);
        Assert.Empty(_bench.Store.List());
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_bench.Store.Folder, ".incoming")));
        Assert.False(Path.Exists(_bench["evil.json"]));
    }

    private (string, TarEntryType, byte[])[] Model(string name)
        => [.. _bench.Model.Files.Where(file => ModelFiles.IsTaken(file.Key)).Select(file => ($"{name}/{file.Key}", TarEntryType.RegularFile, file.Value))];

    private static Dictionary<string, byte[]> Read(string path)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var files = new Dictionary<string, byte[]>();
        while (tar.GetNextEntry() is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            files.Add(entry.Name, content.ToArray());
        }

        return files;
    }

    private static void WriteZip(string path, string name, string content, int attributes)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        var entry = zip.CreateEntry(name);
        entry.ExternalAttributes = attributes;
        using var writer = new StreamWriter(entry.Open());
        writer.Write(content);
    }

    private static void WriteTar(string path, (string Name, TarEntryType Type, byte[] Content)[] entries)
    {
        using var file = File.Create(path);
        using var packed = new GZipStream(file, CompressionLevel.SmallestSize);
        using var tar = new TarWriter(packed, TarEntryFormat.Pax);
        foreach (var (name, type, content) in entries)
        {
            var entry = new PaxTarEntry(type, name);
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            {
                entry.LinkName = "../../../etc/passwd";
            }

            if (type == TarEntryType.RegularFile)
            {
                entry.DataStream = new MemoryStream(content);
            }

            tar.WriteEntry(entry);
        }
    }
}
