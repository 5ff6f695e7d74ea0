namespace Synapse.EmbeddingServer.Metering;

/// <summary>How long requests of one route took, as a histogram.</summary>
internal sealed class RouteTimes
{
    /// <summary>Upper ends of the buckets, in seconds; one more bucket has no end.</summary>
    public static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    private readonly Lock _gate = new();
    private readonly long[] _counts = new long[Bounds.Length + 1];
    private double _seconds;

    public void Add(TimeSpan elapsed)
    {
        var seconds = elapsed.TotalSeconds;
        var bucket = Array.FindIndex(Bounds, bound => seconds <= bound);
        lock (_gate)
        {
            _counts[bucket < 0 ? Bounds.Length : bucket]++;
            _seconds += seconds;
        }
    }

    /// <summary>Requests in each bucket, and the seconds of all.</summary>
    public (long[] Counts, double Seconds) Read()
    {
        lock (_gate)
        {
            return ([.. _counts], _seconds);
        }
    }
}
