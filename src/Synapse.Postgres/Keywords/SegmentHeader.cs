using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>What a server keeps in memory of a segment: its documents, and the lengths of its chunks. Never changes.</summary>
internal sealed class SegmentHeader : ISegmentLayout
{
    private const int Version = 1;

    private readonly long[] _documentIds;
    private readonly int[] _firstChunks;
    private readonly int[] _lengths;
    private readonly int[] _pathStarts;
    private readonly byte[] _paths;

    private SegmentHeader(long id, long[] documentIds, int[] firstChunks, int[] lengths, int[] pathStarts, byte[] paths)
    {
        Id = id;
        _documentIds = documentIds;
        _firstChunks = firstChunks;
        _lengths = lengths;
        _pathStarts = pathStarts;
        _paths = paths;
        foreach (var length in lengths)
        {
            TotalLength += length;
        }
    }

    /// <summary>Key of the segment.</summary>
    public long Id { get; }

    /// <inheritdoc/>
    public int[] Lengths => _lengths;

    /// <summary>Sum of the chunks' BM25 lengths.</summary>
    public long TotalLength { get; }

    /// <summary>Documents, those that are gone included.</summary>
    public int DocumentCount => _documentIds.Length;

    /// <summary>Makes the header of a segment.</summary>
    /// <param name="id">Key of the segment.</param>
    /// <param name="documentIds">Its documents, ascending.</param>
    /// <param name="paths">UTF-8 of their paths.</param>
    /// <param name="chunkCounts">Chunks of each.</param>
    /// <param name="lengths">BM25 length of each chunk.</param>
    public static SegmentHeader Create(long id, long[] documentIds, IReadOnlyList<ReadOnlyMemory<byte>> paths, IReadOnlyList<int> chunkCounts, int[] lengths)
    {
        var firstChunks = new int[documentIds.Length + 1];
        var pathStarts = new int[documentIds.Length + 1];
        for (var i = 0; i < documentIds.Length; i++)
        {
            firstChunks[i + 1] = firstChunks[i] + chunkCounts[i];
            pathStarts[i + 1] = pathStarts[i] + paths[i].Length;
        }

        var bytes = new byte[pathStarts[^1]];
        for (var i = 0; i < documentIds.Length; i++)
        {
            paths[i].Span.CopyTo(bytes.AsSpan(pathStarts[i]));
        }

        return new SegmentHeader(id, documentIds, firstChunks, lengths, pathStarts, bytes);
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="FormatException">It is not as it was written.</exception>
    public static SegmentHeader Read(long id, ReadOnlySpan<byte> bytes)
    {
        var counts = ReadColumn<int>(ref bytes, 4);
        if (counts[0] != Version || counts[1] < 0 || counts[2] < 0 || counts[3] < 0)
        {
            throw new FormatException($"The header of segment {id} has an unknown form.");
        }

        var header = new SegmentHeader(
            id,
            ReadColumn<long>(ref bytes, counts[1]),
            ReadColumn<int>(ref bytes, counts[1] + 1),
            ReadColumn<int>(ref bytes, counts[2]),
            ReadColumn<int>(ref bytes, counts[1] + 1),
            ReadColumn<byte>(ref bytes, counts[3]));
        return header._firstChunks[^1] == counts[2] && header._pathStarts[^1] == counts[3] ? header
            : throw new FormatException($"The columns of the header of segment {id} do not fit each other.");
    }

    /// <summary>The header as bytes.</summary>
    public byte[] ToBytes()
    {
        int[] counts = [Version, _documentIds.Length, _lengths.Length, _paths.Length];
        return [.. Bytes(counts), .. Bytes(_documentIds), .. Bytes(_firstChunks), .. Bytes(_lengths), .. Bytes(_pathStarts), .. _paths];
    }

    /// <summary>Key of a document.</summary>
    public long DocumentId(int document) => _documentIds[document];

    /// <summary>UTF-8 of a document's path.</summary>
    public ReadOnlyMemory<byte> Path(int document) => _paths.AsMemory(_pathStarts[document].._pathStarts[document + 1]);

    /// <inheritdoc/>
    public (int First, int Count) ChunksOf(int document) => (_firstChunks[document], _firstChunks[document + 1] - _firstChunks[document]);

    /// <summary>The document that a chunk belongs to.</summary>
    public int DocumentOf(int chunk)
    {
        var place = Array.BinarySearch(_firstChunks, chunk);
        if (place < 0)
        {
            return ~place - 1;
        }

        // Documents without chunks begin where the next one does.
        while (_firstChunks[place + 1] == chunk)
        {
            place++;
        }

        return place;
    }

    /// <summary>Finds a document's place, or -1.</summary>
    public int Find(long documentId)
    {
        var place = Array.BinarySearch(_documentIds, documentId);
        return place < 0 ? -1 : place;
    }

    private static ReadOnlySpan<byte> Bytes<T>(T[] column)
        where T : unmanaged
        => MemoryMarshal.AsBytes(column.AsSpan());

    private static T[] ReadColumn<T>(ref ReadOnlySpan<byte> bytes, int count)
        where T : unmanaged
    {
        var size = (long)count * Unsafe.SizeOf<T>();
        if (size > bytes.Length)
        {
            throw new FormatException("The header of a segment ends early.");
        }

        var column = MemoryMarshal.Cast<byte, T>(bytes[..(int)size]).ToArray();
        bytes = bytes[(int)size..];
        return column;
    }
}
