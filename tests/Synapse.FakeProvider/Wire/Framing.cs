namespace Synapse.Fakes.Wire;

/// <summary>How a client learns where the body ends.</summary>
internal enum Framing
{
    /// <summary>By <c>Content-Length</c>.</summary>
    Length,

    /// <summary>By <c>Transfer-Encoding: chunked</c>, one chunk per segment.</summary>
    Chunked,

    /// <summary>Only by the end of the connection.</summary>
    Close,

    /// <summary>There is no body (204, 304).</summary>
    None,
}
