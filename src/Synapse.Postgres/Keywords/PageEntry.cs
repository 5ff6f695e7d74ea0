using System.Buffers;
using System.Buffers.Binary;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>
/// A term in a page: hash (8 bytes), text (length, UTF-8), number of chunks, highest frequency, length of the shortest chunk; then the chunk itself where there is only one,
/// else the postings (length, bytes). Numbers but the hash are of variable length, seven bits to a byte.
/// </summary>
internal readonly ref struct PageEntry
{
    private const int LongestNumber = 5;

    private PageEntry(ulong hash, ReadOnlySpan<byte> text, TermRow row, ReadOnlySpan<byte> postings)
    {
        Hash = hash;
        Text = text;
        Row = row;
        Postings = postings;
    }

    /// <summary>Hash of the term.</summary>
    public ulong Hash { get; }

    /// <summary>The term.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>Its row.</summary>
    public TermRow Row { get; }

    /// <summary>Its postings; none where there is only one chunk.</summary>
    public ReadOnlySpan<byte> Postings { get; }

    /// <summary>Reads the entry at the start of what is left of a page.</summary>
    /// <param name="page">What is left; moved past the entry.</param>
    /// <param name="entry">Receives the entry.</param>
    /// <returns>False at the end of the page.</returns>
    /// <exception cref="FormatException">The page is damaged.</exception>
    public static bool TryRead(ref ReadOnlySpan<byte> page, out PageEntry entry)
    {
        entry = default;
        if (page.IsEmpty)
        {
            return false;
        }

        var hash = BinaryPrimitives.ReadUInt64LittleEndian(Take(ref page, sizeof(ulong)));
        var text = Take(ref page, ReadNumber(ref page));
        var row = new TermRow
        {
            TextLength = (ushort)text.Length,
            ChunkFrequency = ReadNumber(ref page),
            MaxFrequency = (ushort)ReadNumber(ref page),
            MinLength = ReadNumber(ref page),
        };
        ReadOnlySpan<byte> postings = [];
        if (row.ChunkFrequency == 1)
        {
            row.Postings = (uint)ReadNumber(ref page);
        }
        else
        {
            postings = Take(ref page, ReadNumber(ref page));
        }

        entry = new PageEntry(hash, text, row, postings);
        return true;
    }

    /// <summary>Bytes that an entry takes at most.</summary>
    public static int Bytes(ReadOnlySpan<byte> text, in TermRow row, ReadOnlySpan<byte> postings) => sizeof(ulong) + text.Length + postings.Length + LongestNumber * 5;

    /// <summary>Writes an entry.</summary>
    public static void Write(IBufferWriter<byte> page, ulong hash, ReadOnlySpan<byte> text, in TermRow row, ReadOnlySpan<byte> postings)
    {
        var bytes = page.GetSpan(Bytes(text, row, postings));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, hash);
        var at = sizeof(ulong);
        at += WriteNumber(bytes[at..], text.Length);
        text.CopyTo(bytes[at..]);
        at += text.Length;
        at += WriteNumber(bytes[at..], row.ChunkFrequency);
        at += WriteNumber(bytes[at..], row.MaxFrequency);
        at += WriteNumber(bytes[at..], row.MinLength);
        at += WriteNumber(bytes[at..], row.ChunkFrequency == 1 ? (int)row.Postings : postings.Length);
        postings.CopyTo(bytes[at..]);
        page.Advance(at + postings.Length);
    }

    /// <summary>The term with memory of its own.</summary>
    public TermPostings ToPostings()
    {
        if (Postings.IsEmpty)
        {
            return new TermPostings(Row, []);
        }

        var bytes = new byte[Postings.Length + BitPacking.Overread];
        Postings.CopyTo(bytes);
        return new TermPostings(Row, bytes);
    }

    private static ReadOnlySpan<byte> Take(scoped ref ReadOnlySpan<byte> page, int count)
    {
        if (count > page.Length)
        {
            throw new FormatException("A page of the keyword index ends early.");
        }

        var taken = page[..count];
        page = page[count..];
        return taken;
    }

    private static int WriteNumber(Span<byte> bytes, int number)
    {
        var rest = (uint)number;
        var count = 0;
        for (; rest >= 0x80; rest >>= 7)
        {
            bytes[count++] = (byte)(rest | 0x80);
        }

        bytes[count++] = (byte)rest;
        return count;
    }

    private static int ReadNumber(scoped ref ReadOnlySpan<byte> page)
    {
        var number = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            var next = Take(ref page, 1)[0];
            number |= (uint)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return (int)number;
            }
        }

        throw new FormatException("A page of the keyword index holds an impossible number.");
    }
}
