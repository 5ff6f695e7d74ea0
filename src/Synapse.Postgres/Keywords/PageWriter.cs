using System.Buffers;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>
/// Lays terms into pages. Rare terms, nearly all of them, lie many to a page that fits into a row without being moved out of it; a frequent one has a page
/// of its own, in several parts. Terms of one hash lie in one page, so that the last page that begins at or before a hash is the only one to look at.
/// </summary>
internal sealed class PageWriter(int[] chunkLengths) : ITermSink
{
    /// <summary>Bytes from which on PostgreSQL moves a value out of its row are about 2,000.</summary>
    private const int PageBytes = 1_900;

    private const int PartBytes = 8 << 10;

    private readonly PostingsWriter _postings = new(chunkLengths);
    private readonly ArrayBufferWriter<byte> _page = new(PageBytes * 2);
    private readonly Queue<SegmentPage> _finished = new();
    private ulong _firstHash;
    private ulong _lastHash;

    /// <inheritdoc/>
    public void Add(ulong hash, ReadOnlySpan<char> text, ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies)
    {
        Span<byte> utf8 = stackalloc byte[TermDictionaryBuilder.MaxTextBytes];
        Add(hash, utf8[..TermDictionaryBuilder.Encode(text, utf8)], chunks, frequencies);
    }

    /// <summary>Adds a term, in the order of hashes.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> text, ReadOnlySpan<int> chunks, ReadOnlySpan<ushort> frequencies)
    {
        var postings = _postings.Encode(chunks, frequencies, out var row);
        if (_page.WrittenCount > 0 && hash != _lastHash && _page.WrittenCount + PageEntry.Bytes(text, row, postings) > PageBytes)
        {
            FinishPage();
        }

        if (_page.WrittenCount == 0)
        {
            _firstHash = hash;
        }

        _lastHash = hash;
        PageEntry.Write(_page, hash, text, row, postings);
    }

    /// <summary>Ends the last page. Nothing can be added afterwards.</summary>
    public void Complete()
    {
        if (_page.WrittenCount > 0)
        {
            FinishPage();
        }
    }

    /// <summary>Takes the next finished page.</summary>
    public bool TryTake(out SegmentPage page) => _finished.TryDequeue(out page);

    private void FinishPage()
    {
        var whole = _page.WrittenSpan;
        for (var part = 0; part * PartBytes < whole.Length; part++)
        {
            var start = part * PartBytes;
            _finished.Enqueue(new SegmentPage(PageHash.ToSigned(_firstHash), part, whole[start..Math.Min(start + PartBytes, whole.Length)].ToArray()));
        }

        _page.ResetWrittenCount();
    }
}
