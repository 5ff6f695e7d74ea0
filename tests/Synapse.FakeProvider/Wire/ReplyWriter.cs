namespace Synapse.Fakes.Wire;

/// <summary>Writes segments to a connection at their times. The only place that sends a byte.</summary>
internal sealed class ReplyWriter(Stream stream, TimeProvider time)
{
    /// <summary>Writes until the segments end or the token is cancelled.</summary>
    public async Task WriteAsync(IEnumerable<Segment> segments, CancellationToken cancellationToken)
    {
        foreach (var segment in segments)
        {
            if (segment.Delay > TimeSpan.Zero)
            {
                await Task.Delay(segment.Delay, time, cancellationToken);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!segment.Bytes.IsEmpty)
            {
                await stream.WriteAsync(segment.Bytes, cancellationToken);
            }
        }
    }
}
