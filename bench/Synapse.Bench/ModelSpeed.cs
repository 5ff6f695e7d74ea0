namespace Synapse.Bench;

/// <summary>How fast one way of embedding the same texts was.</summary>
/// <param name="Order">In which order the texts came.</param>
/// <param name="Size">Texts of one call.</param>
/// <param name="Tokens">Tokens of all texts.</param>
/// <param name="Seconds">Time on the clock.</param>
/// <param name="ProcessorSeconds">Time of processors.</param>
/// <param name="ResidentMb">Memory of the process afterwards.</param>
internal sealed record ModelSpeed(string Order, int Size, long Tokens, double Seconds, double ProcessorSeconds, double ResidentMb)
{
    public double PerSecond => Tokens / Seconds;

    public double PerProcessorSecond => Tokens / ProcessorSeconds;
}
