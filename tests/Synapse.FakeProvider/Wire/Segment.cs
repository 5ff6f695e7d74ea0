namespace Synapse.Fakes.Wire;

/// <summary>Bytes that are written to the socket at once, after a pause.</summary>
/// <param name="Bytes">What is written; may be empty, for a pause alone.</param>
/// <param name="Delay">How long to wait before.</param>
internal readonly record struct Segment(ReadOnlyMemory<byte> Bytes, TimeSpan Delay = default)
{
    public static Segment Of(string text, TimeSpan delay = default) => new(System.Text.Encoding.UTF8.GetBytes(text), delay);
}
