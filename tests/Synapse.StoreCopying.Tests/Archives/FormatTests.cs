using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Storage.Archiving;

namespace Synapse.StoreCopying.Tests.Archives;

public sealed class FormatTests : IDisposable
{
    private readonly ArchiveWorkbench _bench = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _bench.Dispose();

    [Fact]
    public void The_checksum_is_the_one_that_all_zip_files_have()
    {
        // The check value of CRC-32/ISO-HDLC, and one byte more, which is not read eight at a time.
        Assert.Equal(0xCBF4_3926, Crc32.Of("123456789"u8));
        Assert.Equal(0u, Crc32.Of([]));
    }

    [Fact]
    public async Task Every_program_for_zip_files_reads_an_archive()
    {
        using var archive = await ZipFile.OpenReadAsync(await _bench.MakeSmallAsync(), Token);

        Assert.Equal("manifest.json", archive.Entries[^1].FullName);
        var read = new Dictionary<string, string>();
        foreach (var entry in archive.Entries)
        {
            using var reader = new StreamReader(await entry.OpenAsync(Token));
            read.Add(entry.FullName, await reader.ReadToEndAsync(Token));
        }

        Assert.Equal("Answer.", read["files/prompts/answer.md"]);
        var first = JsonDocument.Parse(read["collections/0001/0001/texts-000001.jsonl"].Split('\n')[0]).RootElement;
        Assert.Equal("a.txt", first.GetProperty("path").GetString());
        Assert.StartsWith("alpha beta", first.GetProperty("text").GetString(), StringComparison.Ordinal);
    }

    // Offsets are wide from so many bytes on, as they are from 4 GiB on in a large archive.
    [Theory]
    [InlineData(1)]
    [InlineData(400)]
    [InlineData(uint.MaxValue)]
    public async Task Large_archives_are_read_by_every_program_too(uint wideFrom)
    {
        var path = _bench["wide.synapse"];
        var records = new ZipRecords(wideFrom);
        await WriteAsync(path, records, 20);

        using var reader = PackedReader.Open(path, records);
        using var archive = await ZipFile.OpenReadAsync(path, Token);
        Assert.Equal(21, archive.Entries.Count);
        using var text = new StreamReader(await archive.GetEntry("entry-17")!.OpenAsync(Token));
        Assert.Equal("content 17", await text.ReadToEndAsync(Token));
        Assert.Equal("content 17", Encoding.UTF8.GetString(reader.Read("entry-17")));
        if (wideFrom < 1_000)
        {
            Assert.Throws<ArchiveDamagedException>(() => PackedReader.Open(path, new ZipRecords()));
        }
    }

    [Fact]
    public async Task Archives_of_more_entries_than_the_narrow_form_counts_are_read()
    {
        const int Entries = 70_000;
        var path = _bench["many.synapse"];
        await WriteAsync(path, new ZipRecords(), Entries);

        using var reader = PackedReader.Open(path, new ZipRecords());
        using var archive = await ZipFile.OpenReadAsync(path, Token);
        Assert.Equal(Entries + 1, archive.Entries.Count);
        Assert.Equal("content 69999", Encoding.UTF8.GetString(reader.Read("entry-69999")));
    }

    [Fact]
    public void Embeddings_come_back_to_the_last_bit_in_the_shortest_form()
    {
        const int Dimensions = 48;
        var random = new Random(20_261_128);
        var rows = Enumerable.Range(0, 50).Select(_ => Enumerable.Range(0, Dimensions).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray()).ToArray();
        rows[7] = new float[Dimensions];
        var numbers = rows.SelectMany(row => row).ToArray();
        var halves = numbers.Select(number => (float)(Half)number).ToArray();
        var bytes = rows.SelectMany(Round).ToArray();

        AssertSame(EmbeddingForm.Floats, numbers);
        AssertSame(EmbeddingForm.Halves, halves);
        AssertSame(EmbeddingForm.Bytes, bytes);
        AssertSame(EmbeddingForm.Bytes, []);
        AssertSame(EmbeddingForm.Halves, [.. Enumerable.Repeat(-0f, Dimensions)]);
        AssertSame(EmbeddingForm.Floats, [.. Enumerable.Repeat(float.Epsilon, Dimensions)]);

        static void AssertSame(EmbeddingForm expected, float[] embeddings)
        {
            var (form, written) = EmbeddingCoding.Encode(embeddings, Dimensions);
            Assert.Equal(expected, form);
            Assert.Equal(embeddings.Length / Dimensions * EmbeddingCoding.BytesOf(form, Dimensions), written.Length);
            Assert.Equal(embeddings.Select(BitConverter.SingleToInt32Bits), EmbeddingCoding.Decode(form, written, Dimensions).Select(BitConverter.SingleToInt32Bits));
        }

        static IEnumerable<float> Round(float[] row)
        {
            var rounded = new sbyte[row.Length];
            var length = EmbeddingRounding.Round(row, rounded);
            var factor = length == 0 ? 0 : (float)(1 / Math.Sqrt(length));
            return rounded.Select(number => number * factor);
        }
    }

    private static async Task WriteAsync(string path, ZipRecords records, int entries)
    {
        await using var file = File.Create(path);
        using var writer = new PackedWriter(file, records);
        for (var i = 0; i < entries; i++)
        {
            await writer.AddAsync($"entry-{i}", Encoding.UTF8.GetBytes($"content {i}"), isPackable: true, Token);
        }

        var manifest = new ArchiveManifest(ArchiveFormat.Name, ArchiveFormat.Version, ArchiveContent.Store, "x", DateTimeOffset.UnixEpoch, [], [], [], [], [.. writer.Entries]);
        var hash = await writer.AddAsync(ArchiveFormat.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, ArchiveJson.Default.ArchiveManifest), isPackable: true, Token);
        await writer.CompleteAsync(ArchiveFormat.Comment(hash), Token);
    }
}
