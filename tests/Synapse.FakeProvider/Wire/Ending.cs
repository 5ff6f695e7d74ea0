namespace Synapse.Fakes.Wire;

/// <summary>What happens to the connection after the last byte of a reply.</summary>
internal enum Ending
{
    /// <summary>The next request may come over the same connection.</summary>
    KeepAlive,

    /// <summary>An orderly end (FIN).</summary>
    Close,

    /// <summary>An abrupt end (RST).</summary>
    Reset,

    /// <summary>Silence, until the client gives up or the longest hold has passed.</summary>
    Hold,
}
