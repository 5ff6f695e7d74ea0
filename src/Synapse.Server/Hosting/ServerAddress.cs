using System.Net;
using System.Net.Sockets;

namespace Synapse.Server.Hosting;

/// <summary>Where the server can be reached.</summary>
/// <param name="socketPath">Path of its Unix socket, for the command line.</param>
internal sealed class ServerAddress(string socketPath)
{
    /// <summary>Path of the Unix socket.</summary>
    public string SocketPath { get; } = socketPath;

    /// <summary>Address for browsers, without a slash at its end, such as <c>http://127.0.0.1:3000</c>; null before the start, and when no pages are served.</summary>
    public string? Value { get; set; }

    /// <summary>The address of a server that browsers reach directly.</summary>
    /// <param name="host">What it listens on; null for loopback.</param>
    /// <param name="port">Its port.</param>
    public static string Of(IPAddress? host, int port)
    {
        // What listens everywhere listens on loopback too, and that is where its own links work.
        var isLocal = host is null || host.Equals(IPAddress.Any) || host.Equals(IPAddress.IPv6Any);
        return isLocal ? $"http://127.0.0.1:{port}" : host!.AddressFamily == AddressFamily.InterNetworkV6 ? $"http://[{host}]:{port}" : $"http://{host}:{port}";
    }
}
