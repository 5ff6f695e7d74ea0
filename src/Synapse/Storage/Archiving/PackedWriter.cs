using System.IO.Compression;
using System.Security.Cryptography;

namespace Synapse.Storage.Archiving;

/// <summary>Writes the entries of an archive one after the other; the target need not be a file. Each entry is in memory as a whole.</summary>
/// <param name="output">The target; it stays open.</param>
/// <param name="records">How records are written.</param>
internal sealed class PackedWriter(Stream output, ZipRecords records) : IDisposable
{
    // What is shorter is hardly packed, and where a little is packed much there is no danger.
    private const int LeastPacked = 128;

    private readonly List<ZipEntry> _entries = [];
    private readonly List<ArchivedEntry> _hashes = [];
    private readonly MemoryStream _packed = new();

    /// <summary>The entries so far.</summary>
    public IReadOnlyList<ArchivedEntry> Entries => _hashes;

    /// <summary>Bytes written so far.</summary>
    public long Length { get; private set; }

    /// <summary>Writes an entry.</summary>
    /// <param name="name">Its name, unlike any other.</param>
    /// <param name="content">What it holds.</param>
    /// <param name="isPackable">Whether it pays to deflate it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>SHA-256 of the bytes as they lie in the file, in hex.</returns>
    public async Task<string> AddAsync(string name, ReadOnlyMemory<byte> content, bool isPackable, CancellationToken cancellationToken)
    {
        var isDeflated = isPackable && content.Length >= LeastPacked && Pack(content.Span);
        var packed = isDeflated ? _packed.GetBuffer().AsMemory(0, (int)_packed.Length) : content;
        var entry = new ZipEntry(name, isDeflated, Crc32.Of(content.Span), (uint)packed.Length, (uint)content.Length, Length);
        var hash = Convert.ToHexStringLower(SHA256.HashData(packed.Span));
        await WriteAsync(ZipRecords.LocalHeader(entry), cancellationToken);
        await WriteAsync(packed, cancellationToken);
        _entries.Add(entry);
        _hashes.Add(new ArchivedEntry(name, entry.Bytes, entry.PackedBytes, hash));
        return hash;
    }

    /// <summary>Writes the end.</summary>
    /// <param name="comment">The comment of the file.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task CompleteAsync(string comment, CancellationToken cancellationToken)
    {
        var start = Length;
        foreach (var entry in _entries)
        {
            await WriteAsync(records.CentralHeader(entry), cancellationToken);
        }

        await WriteAsync(records.End(_entries.Count, start, Length - start, comment), cancellationToken);
        await output.FlushAsync(cancellationToken);
    }

    public void Dispose() => _packed.Dispose();

    // Whether it has become shorter, and not so much shorter that a reader has to fear for its memory.
    private bool Pack(ReadOnlySpan<byte> content)
    {
        _packed.SetLength(0);
        using (var deflate = new DeflateStream(_packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(content);
        }

        return _packed.Length < content.Length && content.Length / ArchiveFormat.MaxRatio < _packed.Length;
    }

    private async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await output.WriteAsync(bytes, cancellationToken);
        Length += bytes.Length;
    }
}
