using System.Buffers;

namespace Synapse.Providers.Wire;

/// <summary>A body that was read whole, in memory that is lent: what of it is to last has to be copied before it is disposed.</summary>
internal sealed class BodyReader : IDisposable
{
    private const int FirstBytes = 16 << 10;

    private byte[] _buffer;
    private int _length;

    private BodyReader(int limit) => _buffer = ArrayPool<byte>.Shared.Rent(Math.Min(FirstBytes, limit + 1));

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, _length);

    /// <summary>Reads a body whole.</summary>
    /// <returns>The bytes; null when there are more than <paramref name="limit"/>.</returns>
    public static async Task<BodyReader?> ReadAsync(Stream body, int limit, CancellationToken cancellationToken)
    {
        var reader = new BodyReader(limit);
        var isWhole = false;
        try
        {
            isWhole = await reader.FillAsync(body, limit, cancellationToken);
            return isWhole ? reader : null;
        }
        finally
        {
            if (!isWhole)
            {
                reader.Dispose();
            }
        }
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        _length = 0;
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task<bool> FillAsync(Stream body, int limit, CancellationToken cancellationToken)
    {
        while (await body.ReadAsync(_buffer.AsMemory(_length), cancellationToken) is var count and > 0)
        {
            _length += count;
            if (_length > limit)
            {
                return false;
            }

            if (_length == _buffer.Length)
            {
                Grow();
            }
        }

        return true;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
        _buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
