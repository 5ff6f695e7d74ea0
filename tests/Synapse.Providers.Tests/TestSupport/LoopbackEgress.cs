using System.Collections.Concurrent;
using System.Net;
using Synapse.Privacy;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>Connections as the real egress makes them, without its policy; remembers every host that was asked.</summary>
internal sealed class LoopbackEgress : IEgress
{
    public bool IsOffline { get; set; }

    /// <summary>Takes the place of the network.</summary>
    public HttpMessageHandler? Network { get; init; }

    /// <summary>Makes what takes the place of the network, anew for every client.</summary>
    public Func<HttpMessageHandler>? NewNetwork { get; init; }

    public ConcurrentBag<string> AskedHosts { get; } = [];

    public ConcurrentBag<EgressPurpose?> Purposes { get; } = [];

    public HttpClient CreateClient(EgressRoute route, params ReadOnlySpan<DelegatingHandler> handlers)
    {
        HttpMessageHandler handler = new Recorder(this)
        {
            InnerHandler = Network ?? NewNetwork?.Invoke() ?? new SocketsHttpHandler
            {
                UseProxy = false,
                AllowAutoRedirect = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.None,
                ConnectTimeout = TimeSpan.FromSeconds(5),
                SslOptions = { RemoteCertificateValidationCallback = null },
            },
        };
        for (var at = handlers.Length - 1; at >= 0; at--)
        {
            handlers[at].InnerHandler = handler;
            handler = handlers[at];
        }

        return new(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private sealed class Recorder(LoopbackEgress owner) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            owner.AskedHosts.Add(request.RequestUri!.Authority);
            owner.Purposes.Add(EgressActivity.Current?.Purpose);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
