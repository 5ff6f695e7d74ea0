using System.Text;

namespace Synapse.Indexing;

/// <summary>Appends terms in the order of their hashes.</summary>
internal sealed class TermDictionaryBuilder(int[] chunkLengths) : ITermSink
{
    private readonly PostingsWriter _postings = new(chunkLengths);
    private readonly ColumnBuilder<ulong> _hashes = new();
    private readonly ColumnBuilder<TermRow> _rows = new();
    private readonly ColumnBuilder<byte> _texts = new();

    /// <summary>Longest term that is kept, in UTF-8 bytes; longer ones are cut.</summary>
    public const int MaxTextBytes = 1024;

    /// <inheritdoc/>
    public void Add(ulong hash, ReadOnlySpan<char> text, ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies)
    {
        Span<byte> utf8 = stackalloc byte[MaxTextBytes];
        Add(hash, utf8[..Encode(text, utf8)], chunks, frequencies);
    }

    /// <summary>Appends a term.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> text, ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies)
    {
        var row = _postings.Write(chunks, frequencies);
        row.TextOffset = (uint)_texts.Count;
        row.TextLength = (ushort)text.Length;
        _texts.AddRange(text);
        _hashes.Add(hash);
        _rows.Add(row);
    }

    /// <summary>Makes the dictionary. Nothing can be appended afterwards.</summary>
    public TermDictionary Build() => new(_hashes.Take(), _rows.Take(), _texts.Take(), _postings.Take());

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
