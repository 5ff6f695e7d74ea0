using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Synapse.Fakes.Wire;

/// <summary>Reads HTTP/1.1 requests from a connection, and notices when the client closes it while a reply is on its way.</summary>
/// <remarks>One read is outstanding at most, so that a watched end and the next request never compete for the same bytes.</remarks>
internal sealed class RequestReader(Stream stream)
{
    private const int MaxHeadBytes = 256 * 1024;
    private const int MaxBodyBytes = 128 * 1024 * 1024;
    private readonly byte[] _incoming = new byte[16 * 1024];
    private readonly List<byte> _held = [];
    private int _heldStart;
    private Task<int>? _read;

    /// <summary>The next request, or null at the end of the connection.</summary>
    /// <param name="onExpectContinue">Called before the body is read when the client waits for a word.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<RawRequest?> ReadAsync(Func<Task> onExpectContinue, CancellationToken cancellationToken)
    {
        var head = await ReadUntilAsync("\r\n\r\n"u8.ToArray(), MaxHeadBytes, cancellationToken);
        if (head is null)
        {
            return null;
        }

        var lines = Encoding.Latin1.GetString(head).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var start = lines.Length > 0 ? lines[0].Split(' ') : [];
        if (start.Length < 3)
        {
            return null;
        }

        var headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .Select(parts => new KeyValuePair<string, string>(parts[0].Trim(), parts[1].Trim()))
            .ToList();
        string? Header(string name) => headers.Find(header => header.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        if (Header("Expect") is "100-continue")
        {
            await onExpectContinue();
        }

        byte[]? body = [];
        if (Header("Transfer-Encoding") is { } encoding && encoding.Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            body = await ReadChunksAsync(cancellationToken);
        }
        else if (int.TryParse(Header("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length))
        {
            body = await ReadExactlyAsync(Math.Min(length, MaxBodyBytes), cancellationToken);
        }

        return body is null ? null : new(start[0], start[1], headers, body);
    }

    /// <summary>Completes when the client has closed or reset the connection; bytes that come meanwhile are kept for the next request.</summary>
    public async Task WatchForEndAsync(CancellationToken cancellationToken)
    {
        while (await FillAsync(cancellationToken))
        {
            // A client that sends its next request early has not gone away.
        }
    }

    /// <summary>Completes when no read is outstanding; the connection must have been shut down before.</summary>
    public Task SettleAsync() => _read ?? Task.CompletedTask;

    private async Task<byte[]?> ReadUntilAsync(byte[] mark, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var found = Held.IndexOf(mark);
            if (found >= 0)
            {
                return Take(found + mark.Length);
            }

            if (Held.Length > limit || !await FillAsync(cancellationToken))
            {
                return null;
            }
        }
    }

    private async Task<byte[]?> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        while (Held.Length < count)
        {
            if (!await FillAsync(cancellationToken))
            {
                return null;
            }
        }

        return Take(count);
    }

    private async Task<byte[]?> ReadChunksAsync(CancellationToken cancellationToken)
    {
        var body = new List<byte>();
        while (true)
        {
            var line = await ReadUntilAsync("\r\n"u8.ToArray(), MaxHeadBytes, cancellationToken);
            if (line is null || !int.TryParse(Encoding.Latin1.GetString(line).Split(';')[0].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var size))
            {
                return null;
            }

            var chunk = await ReadExactlyAsync(size + 2, cancellationToken);
            if (chunk is null || body.Count + size > MaxBodyBytes)
            {
                return null;
            }

            if (size == 0)
            {
                return [.. body];
            }

            body.AddRange(chunk.AsSpan(0, size));
        }
    }

    private ReadOnlySpan<byte> Held => CollectionsMarshal.AsSpan(_held)[_heldStart..];

    private byte[] Take(int count)
    {
        var taken = Held[..count].ToArray();
        _heldStart += count;
        if (_heldStart == _held.Count)
        {
            _held.Clear();
            _heldStart = 0;
        }

        return taken;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        // A cancelled wait must leave the read itself alone: on TLS, cancelling a read ends the connection.
        _read ??= ReadOnceAsync();
        var count = await _read.WaitAsync(cancellationToken);
        if (count <= 0)
        {
            return false;
        }

        _held.AddRange(_incoming.AsSpan(0, count));
        _read = null;
        return true;
    }

    private async Task<int> ReadOnceAsync()
    {
        try
        {
            return await stream.ReadAsync(_incoming, CancellationToken.None);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return -1;
        }
    }
}
