namespace Synapse.EmbeddingServer.Metering;

/// <summary>What one model did, and what is before it.</summary>
internal sealed class ModelMeter(TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private long _busySince;
    private ModelReading _reading;

    /// <summary>What was measured up to now.</summary>
    public ModelReading Read()
    {
        lock (_gate)
        {
            return _reading.Requests == 0 ? _reading : _reading with { Busy = _reading.Busy + timeProvider.GetElapsedTime(_busySince) };
        }
    }

    /// <summary>A request is before the model from now on.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            _busySince = _reading.Requests == 0 ? timeProvider.GetTimestamp() : _busySince;
            _reading = _reading with { Requests = _reading.Requests + 1 };
        }
    }

    /// <summary>The request is over.</summary>
    /// <param name="inputs">Inputs that were answered; none when it failed.</param>
    /// <param name="tokens">Tokens that the model read for them.</param>
    public void End(int inputs, long tokens)
    {
        lock (_gate)
        {
            var busy = _reading.Requests == 1 ? _reading.Busy + timeProvider.GetElapsedTime(_busySince) : _reading.Busy;
            _reading = new(_reading.Inputs + inputs, _reading.Tokens + tokens, _reading.Requests - 1, busy);
        }
    }
}

/// <summary>What was measured of one model.</summary>
/// <param name="Inputs">Inputs that were answered.</param>
/// <param name="Tokens">Their tokens.</param>
/// <param name="Requests">Requests that are before it.</param>
/// <param name="Busy">Time in which at least one request was before it.</param>
internal readonly record struct ModelReading(long Inputs, long Tokens, int Requests, TimeSpan Busy);
