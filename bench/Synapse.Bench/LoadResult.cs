namespace Synapse.Bench;

/// <summary>What clients met.</summary>
/// <param name="Microseconds">How long each answered request took.</param>
/// <param name="LateMicroseconds">How much later than planned each was sent; null where nothing was planned.</param>
/// <param name="Errors">Requests without a good answer.</param>
/// <param name="Elapsed">How long it took altogether.</param>
internal sealed record LoadResult(List<double> Microseconds, List<double>? LateMicroseconds, int Errors, TimeSpan Elapsed)
{
    public double PerSecond => Microseconds.Count / Elapsed.TotalSeconds;

    public double P95 => Microseconds.Order().ElementAt(Microseconds.Count * 95 / 100);
}
