using System.Net;
using System.Net.Sockets;
using Synapse.Privacy;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>Connections to this machine, whatever the name, without a policy.</summary>
internal sealed class DirectEgress : IEgress
{
    public bool IsOffline => false;

    public HttpClient CreateClient(EgressRoute route, params ReadOnlySpan<DelegatingHandler> handlers)
    {
        HttpMessageHandler handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ConnectCallback = ConnectAsync };
        for (var at = handlers.Length - 1; at >= 0; at--)
        {
            handlers[at].InnerHandler = handler;
            handler = handlers[at];
        }

        return new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
