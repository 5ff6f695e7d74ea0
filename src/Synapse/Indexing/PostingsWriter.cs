using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Synapse.Indexing;

/// <summary>Writes the postings of one term after the other.</summary>
internal sealed class PostingsWriter(int[] chunkLengths)
{
    private readonly int[] _chunkDifferences = new int[PostingsBlock.Size];
    private readonly int[] _frequencies = new int[PostingsBlock.Size];
    private readonly ColumnBuilder<byte> _all = new();
    private byte[] _term = new byte[1 << 12];
    private int _length;

    /// <summary>Writes the postings of a term.</summary>
    /// <param name="chunks">Ascending; not empty.</param>
    /// <param name="frequencies">At least 1 each.</param>
    /// <returns>The term's row, without its text.</returns>
    public TermRow Write(ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies)
    {
        var bytes = Encode(chunks, frequencies, out var row);
        if (!bytes.IsEmpty)
        {
            row.Postings = (uint)_all.Count;
            _all.AddRange(bytes);
        }

        return row;
    }

    /// <summary>Encodes the postings of a term, to be kept elsewhere.</summary>
    /// <param name="chunks">Ascending; not empty.</param>
    /// <param name="frequencies">At least 1 each.</param>
    /// <param name="row">Receives the term's row, without its text; its postings begin at 0.</param>
    /// <returns>The bytes, valid until the next call; none for a term of one chunk.</returns>
    public ReadOnlySpan<byte> Encode(ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies, out TermRow row)
    {
        row = new TermRow { ChunkFrequency = chunks.Length, MinLength = int.MaxValue };
        if (chunks.Length == 1)
        {
            row.Postings = (uint)chunks[0];
            row.MaxFrequency = frequencies[0];
            row.MinLength = chunkLengths[chunks[0]];
            return [];
        }

        var blocks = (chunks.Length + PostingsBlock.Size - 1) / PostingsBlock.Size;
        var tableBytes = blocks * Unsafe.SizeOf<PostingsBlock>();
        _length = 0;
        Reserve(tableBytes);
        _length = tableBytes;
        var previous = -1;
        for (var block = 0; block < blocks; block++)
        {
            var from = block * PostingsBlock.Size;
            var count = Math.Min(PostingsBlock.Size, chunks.Length - from);
            var written = WriteBlock(chunks.Slice(from, count), frequencies.Slice(from, count), previous, tableBytes);
            MemoryMarshal.Write(_term.AsSpan(block * Unsafe.SizeOf<PostingsBlock>()), written);
            row.MaxFrequency = Math.Max(row.MaxFrequency, written.MaxFrequency);
            row.MinLength = Math.Min(row.MinLength, written.MinLength);
            previous = written.LastChunk;
        }

        return _term.AsSpan(0, _length);
    }

    /// <summary>Everything written, with the bytes that unpacking may read past the end. Nothing can be written afterwards.</summary>
    public byte[] Take()
    {
        _all.AddRange(stackalloc byte[BitPacking.Overread]);
        return _all.Take();
    }

    private PostingsBlock WriteBlock(ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies, int previous, int dataStart)
    {
        var block = new PostingsBlock { LastChunk = chunks[^1], Offset = (uint)(_length - dataStart), MinLength = int.MaxValue };
        for (var i = 0; i < chunks.Length; i++)
        {
            _chunkDifferences[i] = chunks[i] - previous - 1;
            _frequencies[i] = frequencies[i] - 1;
            previous = chunks[i];
            block.MaxFrequency = Math.Max(block.MaxFrequency, frequencies[i]);
            block.MinLength = Math.Min(block.MinLength, chunkLengths[chunks[i]]);
        }

        block.ChunkBits = WritePacked(_chunkDifferences.AsSpan(0, chunks.Length));
        block.FrequencyBits = WritePacked(_frequencies.AsSpan(0, chunks.Length));
        return block;
    }

    private byte WritePacked(ReadOnlySpan<int> numbers)
    {
        var width = BitPacking.Width(numbers);
        var bytes = BitPacking.ByteCount(numbers.Length, width);
        Reserve(bytes);
        BitPacking.Pack(numbers, width, _term.AsSpan(_length, bytes));
        _length += bytes;
        return (byte)width;
    }

    private void Reserve(int more)
    {
        if (_length + more > _term.Length)
        {
            Array.Resize(ref _term, Math.Max(_length + more, _term.Length * 2));
        }
    }
}
