namespace Synapse.EmbeddingServer.Metering;

/// <summary>A request that is before a model until it is disposed.</summary>
internal sealed class PendingRequest : IDisposable
{
    private readonly ModelMeter _meter;
    private readonly int _inputs;
    private readonly long _tokens;
    private long? _readTokens;

    public PendingRequest(ModelMeter meter, int inputs, long tokens)
    {
        (_meter, _inputs, _tokens) = (meter, inputs, tokens);
        meter.Begin(inputs, tokens);
    }

    /// <summary>The model answered.</summary>
    public void Complete(long readTokens) => _readTokens = readTokens;

    public void Dispose() => _meter.End(_inputs, _tokens, _readTokens);
}
