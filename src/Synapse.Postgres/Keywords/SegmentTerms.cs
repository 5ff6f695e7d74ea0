using System.Globalization;
using Npgsql;
using Synapse.Indexing;

namespace Synapse.Postgres.Keywords;

/// <summary>Reads the terms of a segment one after the other, some pages at a time.</summary>
/// <param name="connection">In a transaction; it is used for one segment at a time, and several segments can be read in turn.</param>
/// <param name="segmentId">The segment.</param>
internal sealed class SegmentTerms(NpgsqlConnection connection, long segmentId)
{
    private const int RowsAtOnce = 256;

    private readonly string _cursor = string.Create(CultureInfo.InvariantCulture, $"segment_{segmentId}");
    private readonly Queue<(long FirstHash, byte[] Bytes)> _rows = new();
    private byte[] _page = [];
    private int _end;
    private int _next;
    private int _text;
    private int _textLength;
    private bool _isOpen;
    private bool _isAllRead;
    private TermRow _row;

    /// <summary>Hash of the current term.</summary>
    public ulong Hash { get; private set; }

    /// <summary>UTF-8 of the current term.</summary>
    public ReadOnlySpan<byte> Text => _page.AsSpan(_text, _textLength);

    /// <summary>Goes to the first chunk of the current term.</summary>
    public void OpenPostings(PostingsCursor cursor) => cursor.Open(_row, _page);

    /// <summary>Goes to the next term.</summary>
    /// <returns>False at the end.</returns>
    /// <exception cref="Errors.StoreCorruptException">The segment is not as it was written.</exception>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken)
    {
        if (_next == _end && !await ReadPageAsync(cancellationToken))
        {
            return false;
        }

        ReadEntry();
        return true;
    }

    private void ReadEntry()
    {
        try
        {
            var rest = (ReadOnlySpan<byte>)_page.AsSpan(_next.._end);
            PageEntry.TryRead(ref rest, out var entry);
            Hash = entry.Hash;
            _row = entry.Row;
            _textLength = entry.Text.Length;
            _text = _next + sizeof(ulong) + (_textLength < 0x80 ? 1 : 2);
            _next = _end - rest.Length;
            if (!entry.Postings.IsEmpty)
            {
                // An entry ends with its postings.
                _row.Postings = (uint)(_next - entry.Postings.Length);
            }
        }
        catch (FormatException error)
        {
            throw PageDamage.Of(segmentId, error);
        }
    }

    private async ValueTask<bool> ReadPageAsync(CancellationToken cancellationToken)
    {
        // The parts of a page may come in two fetches.
        while (!_isAllRead && _rows.DistinctBy(static row => row.FirstHash).Take(2).Count() < 2)
        {
            await FetchAsync(cancellationToken);
        }

        if (!_rows.TryDequeue(out var first))
        {
            return false;
        }

        var parts = new List<byte[]> { first.Bytes };
        while (_rows.TryPeek(out var row) && row.FirstHash == first.FirstHash)
        {
            parts.Add(_rows.Dequeue().Bytes);
        }

        _end = parts.Sum(static part => part.Length);
        if (_page.Length < _end + BitPacking.Overread)
        {
            _page = new byte[_end + BitPacking.Overread];
        }

        _next = 0;
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(_page, at);
            at += part.Length;
        }

        return true;
    }

    private async Task FetchAsync(CancellationToken cancellationToken)
    {
        if (!_isOpen)
        {
            _isOpen = true;
            await using var declare = new NpgsqlCommand(
                string.Create(CultureInfo.InvariantCulture, $"DECLARE {_cursor} NO SCROLL CURSOR FOR SELECT first_hash, checksum, bytes FROM segment_pages WHERE segment_id = {segmentId} ORDER BY first_hash, part"),
                connection);
            await declare.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var fetch = new NpgsqlCommand(string.Create(CultureInfo.InvariantCulture, $"FETCH {RowsAtOnce} FROM {_cursor}"), connection);
        await using var rows = await fetch.ExecuteReaderAsync(cancellationToken);
        var count = 0;
        for (; await rows.ReadAsync(cancellationToken); count++)
        {
            var bytes = await rows.GetFieldValueAsync<byte[]>(2, cancellationToken);
            PageDamage.Check(segmentId, bytes, rows.GetInt32(1));
            _rows.Enqueue((rows.GetInt64(0), bytes));
        }

        _isAllRead = count < RowsAtOnce;
    }
}
