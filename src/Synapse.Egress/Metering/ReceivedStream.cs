using Synapse.Privacy;

namespace Synapse.Egress.Metering;

/// <summary>Counts what is read, and ends the exchange at the end, on a failure, or when it is put away.</summary>
internal sealed class ReceivedStream(Stream inner, Exchange exchange) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        try
        {
            return Count(inner.Read(buffer), buffer.Length);
        }
        catch (Exception e)
        {
            Fail(e);
            throw;
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return Count(await inner.ReadAsync(buffer, cancellationToken), buffer.Length);
        }
        catch (Exception e)
        {
            Fail(e);
            throw;
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            exchange.End(EgressOutcome.Completed, null);
        }

        base.Dispose(disposing);
    }

    private int Count(int read, int asked)
    {
        exchange.AddReceived(read);
        if (read == 0 && asked > 0)
        {
            exchange.End(EgressOutcome.Completed, null);
        }

        return read;
    }

    private void Fail(Exception error) => exchange.End(error is OperationCanceledException ? EgressOutcome.Cancelled : EgressOutcome.Failed, null);
}
