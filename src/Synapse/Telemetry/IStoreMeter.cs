namespace Synapse.Telemetry;

/// <summary>Tells how large the store is.</summary>
public interface IStoreMeter
{
    /// <summary>Measures the store; cheap enough for every few seconds.</summary>
    /// <exception cref="Errors.SynapseException">It cannot be used.</exception>
    ValueTask<StoreReading> MeasureAsync(CancellationToken cancellationToken);
}

/// <summary>The size of a store.</summary>
/// <param name="SizeBytes">What it takes on its disk, without its log, in bytes.</param>
/// <param name="LogBytes">What its write-ahead log takes, in bytes; null where that is not known.</param>
/// <param name="FreeBytes">What its disk has left for it, in bytes; null where that is not known.</param>
/// <param name="Segments">Segments of its keyword index that are searched.</param>
public sealed record StoreReading(long SizeBytes, long? LogBytes, long? FreeBytes, long Segments);
