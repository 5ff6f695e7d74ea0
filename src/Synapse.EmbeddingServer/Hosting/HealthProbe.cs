using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Synapse.EmbeddingServer.Hosting;

/// <summary>Asks the service of the same settings for its health, for containers that hold no other program to ask with.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Asks.</summary>
    /// <param name="options">How the service runs.</param>
    /// <returns>Whether it is ready, and what is to be said about it.</returns>
    public static async Task<(bool IsReady, string Words)> AskAsync(ServiceOptions options)
    {
        var at = new IPEndPoint(AddressOf(options.Address), options.Port);
        using var patience = new CancellationTokenSource(s_patience, TimeProvider.System);
        try
        {
            var status = await ReadStatusAsync(at, patience.Token);
            return status.Contains(" 200 ", StringComparison.Ordinal) ? (true, "ready") : (false, $"the service at {at} is not ready: {status}");
        }
        catch (Exception error) when (error is SocketException or IOException or OperationCanceledException)
        {
            return (false, $"no service answers at {at} ({(error as SocketException)?.SocketErrorCode.ToString() ?? error.GetType().Name})");
        }
    }

    // What listens everywhere listens on loopback too.
    private static IPAddress AddressOf(IPAddress? address)
        => address is null || address.Equals(IPAddress.Any) ? IPAddress.Loopback : address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;

    private static async Task<string> ReadStatusAsync(IPEndPoint at, CancellationToken cancellationToken)
    {
#pragma warning disable RS0030 // It reaches this machine alone, the address that the service itself listens on.
        using var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(at, cancellationToken);
        await using var stream = new NetworkStream(socket, ownsSocket: false);
#pragma warning restore RS0030
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadLineAsync(cancellationToken) ?? "";
    }
}
