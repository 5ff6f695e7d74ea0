namespace Synapse.Providers.Wire;

/// <summary>Cuts a stream of bytes into lines that end with LF, CR LF or CR, and counts what comes in.</summary>
internal sealed class LineReader(Stream stream)
{
    private byte[] _buffer = new byte[8 << 10];
    private int _start;
    private int _end;
    private int _scanned;
    private long _total;
    private bool _skipLineFeed;
    private bool _begun;

    /// <summary>Takes the next line out of what has been read already.</summary>
    /// <param name="line">The line without its end; valid until the next call of <see cref="FillAsync"/>.</param>
    public bool TryTake(out ReadOnlyMemory<byte> line)
    {
        if (_skipLineFeed && _start < _end)
        {
            _skipLineFeed = false;
            if (_buffer[_start] == (byte)'\n')
            {
                _start++;
                _scanned = _start;
            }
        }

        var found = _buffer.AsSpan(_scanned, _end - _scanned).IndexOfAny((byte)'\n', (byte)'\r');
        if (found < 0)
        {
            _scanned = _end;
            line = default;
            return false;
        }

        var at = _scanned + found;
        line = _buffer.AsMemory(_start, at - _start);
        // A CR may be the first half of an end whose LF is still on its way.
        _skipLineFeed = _buffer[at] == (byte)'\r';
        _start = _scanned = at + 1;
        return true;
    }

    /// <summary>Reads more.</summary>
    /// <returns>False at the end of the stream; what is left over then is half a line, which does not count.</returns>
    /// <exception cref="InvalidDataException">A line or the stream is too long.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        var count = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        if (count == 0)
        {
            return false;
        }

        _end += count;
        _total += count;
        if (_total > WireLimits.Stream)
        {
            throw new InvalidDataException($"the stream is longer than {WireLimits.Stream >> 20} MiB");
        }

        if (!_begun && _end - _start >= 3)
        {
            SkipByteOrderMark();
        }

        return true;
    }

    private void MakeRoom()
    {
        if (_end < _buffer.Length)
        {
            return;
        }

        if (_end - _start >= WireLimits.Event)
        {
            throw new InvalidDataException($"an event is longer than {WireLimits.Event >> 20} MiB");
        }

        var target = _end - _start > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, _end - _start).CopyTo(target);
        _scanned -= _start;
        _end -= _start;
        _start = 0;
        _buffer = target;
    }

    private void SkipByteOrderMark()
    {
        _begun = true;
        if (_buffer.AsSpan(_start, _end - _start).StartsWith("\uFEFF"u8))
        {
            _start += 3;
            _scanned = Math.Max(_scanned, _start);
        }
    }
}
