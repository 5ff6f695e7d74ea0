namespace Synapse.Fakes.Tests.TestSupport;

/// <summary>How the reading of a reply ended.</summary>
internal enum RawEnd
{
    /// <summary>The announced length, or the last chunk, was there.</summary>
    Complete,

    /// <summary>The server ended the connection in order.</summary>
    Eof,

    /// <summary>The server reset the connection.</summary>
    Reset,

    /// <summary>Nothing came for a while.</summary>
    Silence,

    /// <summary>More came than was wanted.</summary>
    Limit,
}
