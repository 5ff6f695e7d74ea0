using System.Net;
using System.Net.Security;
using Synapse.Privacy;

namespace Synapse.Egress.Connecting;

/// <summary>Makes the handlers that own connections. Everything that the framework does by itself and that could reach another host is off, by name.</summary>
internal static class EgressSockets
{
    public static SocketsHttpHandler Create(EgressRoute route, Dialer dialer, TrustedAuthorities authorities)
        => new()
        {
            // A proxy would see the text, and the connect callback would see the proxy alone.
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            Credentials = null,
            PreAuthenticate = false,

            // Trace ids of this process are nobody else's business.
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            MaxConnectionsPerServer = 256,
            EnableMultipleHttp2Connections = true,
            MaxResponseHeadersLength = 32,
            MaxResponseDrainSize = 64 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),

            // Finds out that the other side is gone while a stream is silent.
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = authorities.CreateChainPolicy() },
            ConnectCallback = (context, cancellationToken) => dialer.OpenAsync(route, context.DnsEndPoint, cancellationToken),
        };
}
