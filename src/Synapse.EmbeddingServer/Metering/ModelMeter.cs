namespace Synapse.EmbeddingServer.Metering;

/// <summary>What one model did, and what is before it.</summary>
internal sealed class ModelMeter(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private int _requests;
    private long _busySince;
    private ModelReading _reading;

    /// <summary>What was measured up to now.</summary>
    public ModelReading Read()
    {
        lock (_gate)
        {
            return _requests == 0 ? _reading : _reading with { Busy = _reading.Busy + timeProvider.GetElapsedTime(_busySince) };
        }
    }

    /// <summary>A request waits for the model from now on.</summary>
    public void Begin(int inputs, long tokens)
    {
        lock (_gate)
        {
            _busySince = _requests++ == 0 ? timeProvider.GetTimestamp() : _busySince;
            _reading = _reading with { PendingInputs = _reading.PendingInputs + inputs, PendingTokens = _reading.PendingTokens + tokens };
        }
    }

    /// <summary>The request is over.</summary>
    /// <param name="inputs">As it began.</param>
    /// <param name="tokens">As it began.</param>
    /// <param name="readTokens">Tokens that the model read; null when it was not answered.</param>
    public void End(int inputs, long tokens, long? readTokens)
    {
        lock (_gate)
        {
            _reading = _reading with { PendingInputs = _reading.PendingInputs - inputs, PendingTokens = _reading.PendingTokens - tokens };
            if (--_requests == 0)
            {
                _reading = _reading with { Busy = _reading.Busy + timeProvider.GetElapsedTime(_busySince) };
            }

            if (readTokens is { } read)
            {
                _reading = _reading with { Inputs = _reading.Inputs + inputs, Tokens = _reading.Tokens + read };
            }
        }
    }
}

/// <summary>What was measured of one model.</summary>
/// <param name="Inputs">Inputs that were answered.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="PendingInputs">Inputs that wait or run.</param>
/// <param name="PendingTokens">Their tokens.</param>
/// <param name="Busy">Time in which at least one request was before the model.</param>
internal readonly record struct ModelReading(long Inputs, long Tokens, int PendingInputs, long PendingTokens, TimeSpan Busy);
