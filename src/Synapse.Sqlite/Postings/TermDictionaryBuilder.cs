using System.Buffers;
using System.Text;

namespace Synapse.Sqlite.Postings;

/// <summary>Appends terms in the order of their hashes.</summary>
internal sealed class TermDictionaryBuilder(int[] chunkLengths, int expectedTerms)
{
    private readonly PostingsWriter _postings = new(chunkLengths);
    private ulong[] _hashes = ArrayPool<ulong>.Shared.Rent(Math.Max(expectedTerms, 16));
    private TermRow[] _rows = ArrayPool<TermRow>.Shared.Rent(Math.Max(expectedTerms, 16));
    private byte[] _texts = ArrayPool<byte>.Shared.Rent(Math.Max(expectedTerms, 16) * 10);
    private int _count;
    private int _textLength;

    /// <summary>Longest term that is kept, in UTF-8 bytes; longer ones are cut.</summary>
    public const int MaxTextBytes = 1024;

    /// <summary>Appends a term.</summary>
    public void Add(ulong hash, ReadOnlySpan<char> text, ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies)
    {
        Span<byte> utf8 = stackalloc byte[MaxTextBytes];
        Add(hash, utf8[..Encode(text, utf8)], chunks, frequencies);
    }

    /// <summary>Appends a term.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> text, ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies)
    {
        PooledArray.Reserve(ref _hashes, _count, 1);
        PooledArray.Reserve(ref _rows, _count, 1);
        PooledArray.Reserve(ref _texts, _textLength, text.Length);

        var row = _postings.Write(chunks, frequencies);
        row.TextOffset = (uint)_textLength;
        row.TextLength = (ushort)text.Length;
        text.CopyTo(_texts.AsSpan(_textLength));
        _textLength += text.Length;
        _hashes[_count] = hash;
        _rows[_count] = row;
        _count++;
    }

    /// <summary>Makes the dictionary. Nothing can be appended afterwards.</summary>
    public TermDictionary Build()
        => new(PooledArray.Take(ref _hashes, _count), PooledArray.Take(ref _rows, _count), PooledArray.Take(ref _texts, _textLength), _postings.Take());

    /// <summary>UTF-8 of a term as it is kept.</summary>
    /// <param name="text">The term.</param>
    /// <param name="utf8">At least <see cref="MaxTextBytes"/> long.</param>
    /// <returns>Bytes written.</returns>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> utf8)
    {
        if (text.Length > MaxTextBytes / 3)
        {
            text = text[..(MaxTextBytes / 3)];
        }

        return Encoding.UTF8.GetBytes(text, utf8);
    }
}
