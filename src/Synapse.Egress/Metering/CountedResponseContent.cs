using System.Net;
using Synapse.Privacy;

namespace Synapse.Egress.Metering;

/// <summary>A reply that counts its bytes as they are read. The exchange ends when all is read, when reading fails, or when the reply is put away.</summary>
internal sealed class CountedResponseContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly Exchange _exchange;

    public CountedResponseContent(HttpContent inner, Exchange exchange)
    {
        _inner = inner;
        _exchange = exchange;
        foreach (var (name, values) in inner.Headers)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var counted = await OpenAsync(cancellationToken);
        await counted.CopyToAsync(stream, cancellationToken);
    }

    protected override async Task<Stream> CreateContentReadStreamAsync() => await OpenAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) => await OpenAsync(cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _exchange.End(EgressOutcome.Completed, null);
        }

        base.Dispose(disposing);
    }

    private async Task<ReceivedStream> OpenAsync(CancellationToken cancellationToken) => new(await _inner.ReadAsStreamAsync(cancellationToken), _exchange);
}
