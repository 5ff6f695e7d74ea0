namespace Synapse.Fakes.Streams;

/// <summary>How events become bytes.</summary>
internal sealed record StreamStyle
{
    /// <summary>The ends of lines, taken in turn.</summary>
    public IReadOnlyList<string> LineEnds { get; init; } = ["\n"];

    public bool ByteOrderMark { get; init; }

    /// <summary>Every byte in a segment of its own.</summary>
    public bool SingleBytes { get; init; }

    /// <summary>Spreads a payload over several <c>data:</c> lines.</summary>
    public bool ManyDataLines { get; init; }

    /// <summary>Comments, ids and retry lines between the events.</summary>
    public bool Comments { get; init; }

    /// <summary>One JSON text per line instead of server-sent events.</summary>
    public bool JsonLines { get; init; }

    public string AfterColon { get; init; } = " ";
}
