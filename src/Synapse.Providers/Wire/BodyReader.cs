namespace Synapse.Providers.Wire;

/// <summary>Reads bodies that are not streamed, up to a limit.</summary>
internal static class BodyReader
{
    /// <summary>Reads a body whole.</summary>
    /// <returns>The bytes; null when there are more than <paramref name="limit"/>.</returns>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream body, int limit, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(16 << 10, limit + 1)];
        var length = 0;
        while (true)
        {
            var count = await body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (count == 0)
            {
                return buffer.AsMemory(0, length);
            }

            length += count;
            if (length > limit)
            {
                return null;
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, limit + 1L));
            }
        }
    }
}
