using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Synapse.Errors;

namespace Synapse.Storage.Archiving;

/// <summary>
/// Reads an archive, and believes nothing of it: every record has to be the very bytes that <see cref="PackedWriter"/> writes, entries lie one behind the other without
/// a gap, and what an entry holds is hashed before it is unpacked. So there is no way to say a thing twice, or one thing to one program and another to the next.
/// </summary>
internal sealed class PackedReader : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly Dictionary<string, int> _places;
    private readonly ZipEntry[] _entries;
    private readonly bool[] _seen;

    private PackedReader(string path, SafeFileHandle file, ZipEntry[] entries, string hash, ArchiveManifest manifest)
    {
        Path = path;
        _file = file;
        _entries = entries;
        _places = entries.Select((entry, i) => (entry.Name, i)).ToDictionary(StringComparer.Ordinal);
        _seen = new bool[entries.Length];
        Hash = hash;
        Manifest = manifest;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>SHA-256 of the manifest as it lies in the file, in hex: it stands for the whole archive.</summary>
    public string Hash { get; }

    /// <summary>The manifest.</summary>
    public ArchiveManifest Manifest { get; }

    /// <summary>Entries that were never read, the manifest aside.</summary>
    public IEnumerable<string> Unread => _entries.Take(_entries.Length - 1).Where((_, i) => !_seen[i]).Select(entry => entry.Name);

    /// <summary>Opens a file, and checks its records and its manifest.</summary>
    /// <param name="path">The file.</param>
    /// <param name="records">How records are written.</param>
    /// <exception cref="ArchiveNotFoundException">It is not there, or cannot be read.</exception>
    /// <exception cref="ArchiveDamagedException">It is no archive, or not as it was written.</exception>
    /// <exception cref="ArchiveNewerException">A newer program wrote it.</exception>
    public static PackedReader Open(string path, ZipRecords records)
    {
        var file = OpenFile(path);
        try
        {
            var (entries, hash) = ReadDirectory(path, file, records);
            var last = entries[^1];
            var packed = Read(path, file, last);
            if (Convert.ToHexStringLower(SHA256.HashData(packed)) != hash)
            {
                throw new ArchiveDamagedException(path, $"the hash of entry '{last.Name}' is another than the file says");
            }

            var manifest = Parse(path, Unpack(path, last, packed));
            RequireSame(path, entries, manifest.Entries);
            return new PackedReader(path, file, entries, hash, manifest);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads an entry.</summary>
    /// <exception cref="ArchiveDamagedException">It is not there, or not as it was written.</exception>
    public byte[] Read(string name)
    {
        if (!_places.TryGetValue(name, out var place) || place == _entries.Length - 1)
        {
            throw new ArchiveDamagedException(Path, $"there is no entry '{name}'");
        }

        var packed = Read(Path, _file, _entries[place]);
        if (Convert.ToHexStringLower(SHA256.HashData(packed)) != Manifest.Entries[place].Sha256)
        {
            throw new ArchiveDamagedException(Path, $"the hash of entry '{name}' is another than its manifest says");
        }

        _seen[place] = true;
        return Unpack(Path, _entries[place], packed);
    }

    public void Dispose() => _file.Dispose();

    private static SafeFileHandle OpenFile(string path)
    {
        try
        {
            return File.OpenHandle(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveNotFoundException(path, error.Message.TrimEnd('.'), error);
        }
    }

    private static (ZipEntry[] Entries, string Hash) ReadDirectory(string path, SafeFileHandle file, ZipRecords records)
    {
        var length = RandomAccess.GetLength(file);
        var commentBytes = ArchiveFormat.CommentBytes;
        var tail = ReadBytes(path, file, Math.Max(0, length - (ZipRecords.WideEndBytes + ZipRecords.EndBytes + commentBytes)), length);
        if (tail.Length < commentBytes || ArchiveFormat.ReadComment(tail.AsSpan(tail.Length - commentBytes)) is not { } comment || ZipRecords.ReadEnd(tail, commentBytes) is not { } end)
        {
            throw new ArchiveDamagedException(path, "it is no archive of Synapse, or its end is missing");
        }

        if (comment.Version > ArchiveFormat.Version)
        {
            throw new ArchiveNewerException(path, comment.Version, ArchiveFormat.Version);
        }

        var expected = records.End(end.Entries, end.Start, end.Length, ArchiveFormat.Comment(comment.Hash));
        if (end.Entries < 1 || end.Start < 0 || end.Length is < 0 or > ArchiveFormat.MaxDirectoryBytes || end.Start + end.Length + expected.Length != length
            || !tail.AsSpan(tail.Length - expected.Length).SequenceEqual(expected))
        {
            throw new ArchiveDamagedException(path, "its end is not as it was written");
        }

        return (ReadEntries(path, file, records, end), comment.Hash);
    }

    private static ZipEntry[] ReadEntries(string path, SafeFileHandle file, ZipRecords records, (int Entries, long Start, long Length) end)
    {
        ReadOnlySpan<byte> directory = ReadBytes(path, file, end.Start, end.Start + end.Length);
        var entries = new List<ZipEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var offset = 0L;
        for (var i = 0; i < end.Entries; i++)
        {
            var entry = ZipRecords.ReadCentralHeader(directory, offset);
            var header = entry is null ? [] : records.CentralHeader(entry);
            if (entry is null || !directory.StartsWith(header))
            {
                throw new ArchiveDamagedException(path, $"its directory is not as it was written (entry {i + 1})");
            }

            Check(path, entry);
            var local = ZipRecords.LocalHeader(entry);
            var next = offset + local.Length + entry.PackedBytes;
            if (next > end.Start || !ReadBytes(path, file, offset, offset + local.Length).AsSpan().SequenceEqual(local))
            {
                throw new ArchiveDamagedException(path, $"entry '{entry.Name}' does not begin as the directory says");
            }

            if (!names.Add(entry.Name))
            {
                throw new ArchiveDamagedException(path, $"there are two entries '{entry.Name}'");
            }

            entries.Add(entry);
            directory = directory[header.Length..];
            offset = next;
        }

        return directory.Length == 0 && offset == end.Start && entries[^1].Name == ArchiveFormat.Manifest
            ? [.. entries]
            : throw new ArchiveDamagedException(path, "there is something in it that its directory does not name");
    }

    private static void Check(string path, ZipEntry entry)
    {
        if (entry.Bytes > ArchiveFormat.MaxEntryBytes || (entry.IsDeflated ? entry.Bytes / ArchiveFormat.MaxRatio > entry.PackedBytes : entry.Bytes != entry.PackedBytes))
        {
            throw new ArchiveDamagedException(path, $"entry '{entry.Name}' is said to hold {entry.Bytes} bytes in {entry.PackedBytes}, which no archive of Synapse does");
        }
    }

    private static void RequireSame(string path, ZipEntry[] entries, IReadOnlyList<ArchivedEntry> hashes)
    {
        if (hashes.Count != entries.Length - 1
            || hashes.Where((hash, i) => hash.Name != entries[i].Name || hash.Bytes != entries[i].Bytes || hash.PackedBytes != entries[i].PackedBytes).Any())
        {
            throw new ArchiveDamagedException(path, "its manifest names other entries than there are");
        }
    }

    private static ArchiveManifest Parse(string path, byte[] manifest)
    {
        try
        {
            var parsed = JsonSerializer.Deserialize(manifest, ArchiveJson.Default.ArchiveManifest);
            return parsed is { Format: ArchiveFormat.Name, Version: ArchiveFormat.Version } ? parsed : throw new ArchiveDamagedException(path, "its manifest is that of another format");
        }
        catch (JsonException error)
        {
            throw new ArchiveDamagedException(path, "its manifest cannot be read", error);
        }
    }

    private static byte[] Read(string path, SafeFileHandle file, ZipEntry entry)
    {
        var start = entry.Offset + ZipRecords.LocalHeaderBytes + entry.Name.Length;
        return ReadBytes(path, file, start, start + entry.PackedBytes);
    }

    private static byte[] Unpack(string path, ZipEntry entry, byte[] packed)
    {
        var content = packed;
        if (entry.IsDeflated)
        {
            content = new byte[entry.Bytes];
            try
            {
                using var inflate = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
                inflate.ReadExactly(content);
                if (inflate.ReadByte() >= 0)
                {
                    throw new ArchiveDamagedException(path, $"entry '{entry.Name}' holds more than it says");
                }
            }
            catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
            {
                throw new ArchiveDamagedException(path, $"entry '{entry.Name}' cannot be unpacked", error);
            }
        }

        return Crc32.Of(content) == entry.Crc ? content : throw new ArchiveDamagedException(path, $"the checksum of entry '{entry.Name}' is another than its header says");
    }

    private static byte[] ReadBytes(string path, SafeFileHandle file, long start, long end)
    {
        if (end > RandomAccess.GetLength(file))
        {
            throw new ArchiveDamagedException(path, "it ends too early");
        }

        var bytes = new byte[end - start];
        try
        {
            for (var read = 0; read < bytes.Length;)
            {
                var more = RandomAccess.Read(file, bytes.AsSpan(read), start + read);
                read += more > 0 ? more : throw new ArchiveDamagedException(path, "it ends too early");
            }
        }
        catch (IOException error)
        {
            throw new ArchiveDamagedException(path, $"it cannot be read ({error.Message})", error);
        }

        return bytes;
    }
}
