using System.IO.Compression;
using System.Text;
using Synapse.Errors;
using Synapse.Storage.Archiving;

namespace Synapse.StoreCopying.Tests.Archives;

public sealed class DamageTests : IDisposable
{
    private readonly ArchiveWorkbench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Every_single_bit_counts()
    {
        var path = await _bench.MakeSmallAsync();
        var whole = await File.ReadAllBytesAsync(path, Token);
        Assert.InRange(whole.Length, 1_000, 8_000);
        await ArchiveWorkbench.CheckAsync(path);
        var accepted = new List<string>();
        await using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        for (var at = 0; at < whole.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                await PutAsync(file, at, (byte)(whole[at] ^ (1 << bit)));
                if (!await IsRefusedAsync(path))
                {
                    accepted.Add($"{at}.{bit}");
                }
            }

            await PutAsync(file, at, whole[at]);
        }

        Assert.Empty(accepted);
        await ArchiveWorkbench.CheckAsync(path);
    }

    [Fact]
    public async Task A_file_that_was_cut_off_or_grew_is_refused()
    {
        var whole = await File.ReadAllBytesAsync(await _bench.MakeSmallAsync(), Token);
        var path = _bench["cut.synapse"];
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(path, whole[..length], Token);
            Assert.True(await IsRefusedAsync(path), $"{length} of {whole.Length} bytes were accepted.");
        }

        foreach (var grown in (byte[][])[[.. whole, 0], [0, .. whole], [.. whole, .. whole], [.. whole[..100], 7, .. whole[100..]]])
        {
            await File.WriteAllBytesAsync(path, grown, Token);
            Assert.True(await IsRefusedAsync(path));
        }
    }

    [Fact]
    public async Task A_zip_file_of_another_program_is_refused_with_the_same_entries_too()
    {
        var path = await _bench.MakeSmallAsync();
        var other = _bench["other.synapse"];
        using (var original = await ZipFile.OpenReadAsync(path, Token))
        await using (var archive = await ZipFile.OpenAsync(other, ZipArchiveMode.Create, Token))
        {
            Assert.InRange(original.Entries.Count, 5, 10);
            archive.Comment = original.Comment;
            foreach (var entry in original.Entries)
            {
                await using var from = await entry.OpenAsync(Token);
                await using var to = await archive.CreateEntry(entry.FullName).OpenAsync(Token);
                await from.CopyToAsync(to, Token);
            }
        }

        Assert.Contains("not as it was written", (await RefusedAsync(other)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_with_the_marks_of_a_link_is_refused()
    {
        var path = await _bench.MakeSmallAsync();
        var bytes = await File.ReadAllBytesAsync(path, Token);

        // The first record of the directory: made on Unix, and a symbolic link by its outer attributes (0xA1FF << 16).
        var record = bytes.AsSpan().IndexOf("PK\u0001\u0002"u8);
        bytes[record + 5] = 3;
        bytes[record + 40] = 0xFF;
        bytes[record + 41] = 0xA1;
        await File.WriteAllBytesAsync(path, bytes, Token);

        Assert.Contains("directory is not as it was written (entry 1)", (await RefusedAsync(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("../../home/me/.bashrc")]
    [InlineData("collections/0001/0001/texts-000009.jsonl")]
    public async Task An_entry_that_nothing_leads_to_is_refused(string name)
    {
        var forged = await _bench.ForgeAsync(await _bench.MakeSmallAsync(), (_, content) => content, null, (name, "anything"u8.ToArray()));

        Assert.Contains($"nothing leads to its entry '{name}'", (await RefusedAsync(forged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_entries_of_one_name_are_refused()
    {
        var forged = await _bench.ForgeAsync(await _bench.MakeSmallAsync(), (_, content) => content, null, ("collections/0001/collection.json", "{}"u8.ToArray()));

        Assert.Contains("two entries 'collections/0001/collection.json'", (await RefusedAsync(forged)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".i8")]
    [InlineData("collection.json")]
    [InlineData("skipped.jsonl")]
    [InlineData("documents-000001.jsonl")]
    public async Task An_entry_that_is_missing_is_named(string suffix)
    {
        var path = await _bench.MakeSmallAsync();
        var forged = await _bench.ForgeAsync(path, (name, content) => name.EndsWith(suffix, StringComparison.Ordinal) ? null : content);
        var unlisted = await _bench.ForgeAsync(path, (_, content) => content, manifest => manifest with { Entries = [.. manifest.Entries.Skip(1)] });

        Assert.Contains("there is no entry '", (await RefusedAsync(forged)).Message, StringComparison.Ordinal);
        Assert.Contains("names other entries than there are", (await RefusedAsync(unlisted)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hash_that_the_manifest_does_not_have_is_refused()
    {
        var forged = await _bench.ForgeAsync(
            await _bench.MakeSmallAsync(), (_, content) => content, manifest => manifest with { Entries = [.. manifest.Entries.Select(entry => entry with { Sha256 = new string('0', 64) })] });

        Assert.Contains("the hash of entry", (await RefusedAsync(forged)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("texts-000001.jsonl", "\"endOffset\":11,", "\"endOffset\":1000,", "lies outside of its text")]
    [InlineData("texts-000001.jsonl", "\"path\":\"a.txt\"", "\"path\":\"c.txt\"", "is another where its text lies")]
    [InlineData("texts-000001.jsonl", "\"kind\":\"Prose\"", "\"kind\":\"77\"", "lies outside of its text")]
    [InlineData("texts-000001.jsonl", "\"text\":\"", "\"unknown\":1,\"text\":\"", "cannot be read")]
    [InlineData("texts-000001.jsonl", "alpha", "\\ud800", "cannot be read")]
    [InlineData("documents-000001.jsonl", "\"path\":\"b.txt\"", "\"path\":\"a.txt\"", "is out of order")]
    [InlineData("documents-000001.jsonl", "\"place\":1", "\"place\":0", "is another where its text lies")]
    [InlineData("documents-000001.jsonl", "\"place\":1", "\"place\":900", "contradicts itself")]
    [InlineData("documents-000001.jsonl", "\"portion\":1", "\"portion\":2", "lies in no portion")]
    [InlineData("documents-000001.jsonl", "\"portion\":1", "\"portion\":-1", "lies in no portion")]
    [InlineData("collection.json", "\"form\":\"Bytes\"", "\"form\":\"Halves\"", "there is no entry")]
    [InlineData("collection.json", "\"space\":0", "\"space\":7", "no known embedding space")]
    [InlineData("collection.json", "\"name\":\"small\"", "\"name\":\"other\"", "another name than the manifest says")]
    [InlineData("collection.json", "\"location\":\"/small\"", "\"location\":null", "cannot be read")]
    public async Task An_archive_that_contradicts_itself_is_refused_though_its_hashes_are_right(string suffix, string from, string to, string expected)
    {
        var forged = await _bench.ForgeAsync(await _bench.MakeSmallAsync(), ArchiveWorkbench.Replacing(suffix, from, to));

        Assert.Contains(expected, (await RefusedAsync(forged)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_manifest_that_contradicts_its_collections_is_refused()
    {
        var path = await _bench.MakeSmallAsync();
        var forged = await _bench.ForgeAsync(path, (_, content) => content, manifest => manifest with { Collections = [manifest.Collections[0] with { Chunks = 1_000 }] });
        var named = await _bench.ForgeAsync(
            path, ArchiveWorkbench.Replacing("collection.json", "\"name\":\"small\"", "\"name\":\"../x\""), manifest => manifest with { Collections = [manifest.Collections[0] with { Name = "../x" }] });
        var huge = await _bench.ForgeAsync(path, (_, content) => content, manifest => manifest with { Spaces = [manifest.Spaces[0] with { Dimensions = int.MaxValue }] });
        var foreign = await _bench.ForgeAsync(path, (_, content) => content, manifest => manifest with { Format = "other" });
        var content = await _bench.ForgeAsync(path, (_, content) => content, manifest => manifest with { Content = ArchiveContent.Collection });

        Assert.Contains("other documents than the manifest says", (await RefusedAsync(forged)).Message, StringComparison.Ordinal);
        Assert.Contains("impossible name", (await RefusedAsync(named)).Message, StringComparison.Ordinal);
        Assert.Contains("no possible size", (await RefusedAsync(huge)).Message, StringComparison.Ordinal);
        Assert.Contains("another format", (await RefusedAsync(foreign)).Message, StringComparison.Ordinal);
        Assert.Contains("contradicts itself", (await RefusedAsync(content)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bomb_is_refused_before_it_is_unpacked()
    {
        // A gigabyte of nothing in a megabyte, and less than it says in one that is within the limits.
        var packed = new byte[1 << 20];
        var deflated = Deflate(new byte[2_000]);
        Assert.Contains("which no archive of Synapse does", (await RefusedAsync(await WriteRawAsync(packed, 1 << 30))).Message, StringComparison.Ordinal);
        Assert.Contains("which no archive of Synapse does", (await RefusedAsync(await WriteRawAsync(packed, ArchiveFormat.MaxEntryBytes + 1))).Message, StringComparison.Ordinal);
        Assert.Contains("holds more than it says", (await RefusedAsync(await WriteRawAsync(deflated, 1_000))).Message, StringComparison.Ordinal);
        Assert.Contains("cannot be unpacked", (await RefusedAsync(await WriteRawAsync(deflated, 2_001))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_packs_too_well_is_written_as_it_is_and_read_again()
    {
        using var content = new MemoryStream();
        using (var writer = new PackedWriter(content, new ZipRecords()))
        {
            await writer.AddAsync("zeros", new byte[1_000_000], isPackable: true, Token);
            await writer.AddAsync("text", Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 2_000).Select(i => $"line {i}\n"))), isPackable: true, Token);
            Assert.Equal(1_000_000u, writer.Entries[0].PackedBytes);
            Assert.InRange(writer.Entries[1].PackedBytes, 1u, writer.Entries[1].Bytes / 2);
        }
    }

    [Fact]
    public async Task An_archive_of_a_newer_program_is_told_from_a_damaged_one()
    {
        var path = await _bench.MakeSmallAsync();
        var bytes = await File.ReadAllBytesAsync(path, Token);
        "0002"u8.CopyTo(bytes.AsSpan(bytes.Length - ArchiveFormat.CommentBytes + "synapse-archive ".Length));
        await File.WriteAllBytesAsync(path, bytes, Token);

        await Assert.ThrowsAsync<ArchiveNewerException>(() => ArchiveWorkbench.CheckAsync(path));
    }

    [Fact]
    public async Task What_is_no_archive_is_told_so()
    {
        await File.WriteAllTextAsync(_bench["text.synapse"], string.Concat(Enumerable.Repeat("This is a text. ", 40)), Token);

        Assert.Contains("no archive of Synapse", (await RefusedAsync(_bench["text.synapse"])).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArchiveNotFoundException>(() => ArchiveWorkbench.CheckAsync(_bench["nothing.synapse"]));
        await Assert.ThrowsAsync<ArchiveNotFoundException>(() => ArchiveWorkbench.CheckAsync(_bench.Folder));
    }

    private static async Task<ArchiveDamagedException> RefusedAsync(string path) => await Assert.ThrowsAsync<ArchiveDamagedException>(() => ArchiveWorkbench.CheckAsync(path));

    private static async Task<bool> IsRefusedAsync(string path)
    {
        try
        {
            await ArchiveWorkbench.CheckAsync(path);
            return false;
        }
        catch (Exception error) when (error is ArchiveDamagedException or ArchiveNewerException)
        {
            return true;
        }
    }

    private static async Task PutAsync(FileStream file, int at, byte value)
    {
        file.Position = at;
        await file.WriteAsync(new[] { value }, Token);
    }

    private static byte[] Deflate(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.NoCompression, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return packed.ToArray();
    }

    // An archive whose only entry but the manifest says of its size what it likes.
    private async Task<string> WriteRawAsync(byte[] packed, uint bytes)
    {
        var path = _bench[$"{Guid.CreateVersion7()}.synapse"];
        var records = new ZipRecords();
        var entry = new ZipEntry("collections/0001/collection.json", IsDeflated: true, 0, (uint)packed.Length, bytes, 0);
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(packed));
        var manifest = new ArchiveManifest(
            ArchiveFormat.Name, ArchiveFormat.Version, ArchiveContent.Store, "x", DateTimeOffset.UnixEpoch, [], [new ArchivedCount("x", 0, 0, 0, [])], [], [],
            [new ArchivedEntry(entry.Name, entry.Bytes, entry.PackedBytes, hash)]);
        var json = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(manifest, ArchiveJson.Default.ArchiveManifest);
        var local = ZipRecords.LocalHeader(entry);
        var last = new ZipEntry(ArchiveFormat.Manifest, IsDeflated: false, Crc32.Of(json), (uint)json.Length, (uint)json.Length, local.Length + packed.Length);
        byte[] body = [.. local, .. packed, .. ZipRecords.LocalHeader(last), .. json];
        byte[] directory = [.. records.CentralHeader(entry), .. records.CentralHeader(last)];
        var comment = ArchiveFormat.Comment(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(json)));
        await File.WriteAllBytesAsync(path, [.. body, .. directory, .. records.End(2, body.Length, directory.Length, comment)], Token);
        return path;
    }
}
