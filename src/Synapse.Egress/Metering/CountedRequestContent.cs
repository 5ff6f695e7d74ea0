using System.Net;

namespace Synapse.Egress.Metering;

/// <summary>A body that counts its bytes as they are handed to the connection.</summary>
internal sealed class CountedRequestContent : HttpContent
{
    private readonly HttpContent _inner;
    private readonly Exchange _exchange;

    public CountedRequestContent(HttpContent inner, Exchange exchange)
    {
        _inner = inner;
        _exchange = exchange;

        // Asking for the length writes it into the headers, where they are copied from.
        _ = inner.Headers.ContentLength;
        foreach (var (name, values) in inner.Headers)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await using var counted = new SentStream(stream, _exchange);
        await _inner.CopyToAsync(counted, context, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _inner.Headers.ContentLength ?? 0;
        return _inner.Headers.ContentLength is not null;
    }
}
