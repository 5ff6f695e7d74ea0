namespace Synapse.EmbeddingServer.Metering;

/// <summary>A request that is before a model until it is disposed.</summary>
internal sealed class PendingRequest : IDisposable
{
    private readonly ModelMeter _meter;
    private (int Inputs, long Tokens) _answered;

    public PendingRequest(ModelMeter meter)
    {
        _meter = meter;
        meter.Begin();
    }

    /// <summary>The model answered.</summary>
    public void Complete(int inputs, long tokens) => _answered = (inputs, tokens);

    public void Dispose() => _meter.End(_answered.Inputs, _answered.Tokens);
}
