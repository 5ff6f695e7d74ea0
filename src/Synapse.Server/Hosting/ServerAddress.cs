namespace Synapse.Server.Hosting;

/// <summary>Where the server can be reached.</summary>
/// <param name="socketPath">Path of its Unix socket, for the command line.</param>
internal sealed class ServerAddress(string socketPath)
{
    /// <summary>Path of the Unix socket.</summary>
    public string SocketPath { get; } = socketPath;

    /// <summary>Address for browsers, without a slash at its end, such as <c>http://127.0.0.1:3000</c>; null before the start, and when no pages are served.</summary>
    public string? Value { get; set; }
}
