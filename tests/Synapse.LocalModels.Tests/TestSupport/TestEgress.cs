using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Synapse.Errors;
using Synapse.Privacy;

namespace Synapse.LocalModels.Tests.TestSupport;

/// <summary>Connections to this machine, whatever the name, under the policy of the options; remembers every route, purpose and request.</summary>
/// <param name="options">The policy.</param>
/// <param name="root">An authority that is trusted; null for none but the system's.</param>
internal sealed class TestEgress(EgressOptions? options = null, X509Certificate2? root = null) : IEgress
{
    private readonly EgressPolicy _policy = EgressPolicy.Create(options ?? new EgressOptions(), new List<string>());

    public bool IsOffline => _policy.IsOffline;

    public ConcurrentBag<EgressRoute> Routes { get; } = [];

    public ConcurrentBag<(EgressPurpose? Purpose, int Documents)> Activities { get; } = [];

    public HttpClient CreateClient(EgressRoute route, params ReadOnlySpan<DelegatingHandler> handlers)
    {
        if (_policy.CheckRoute(route) is { } refusal)
        {
            throw new EgressRefusedException(EgressPolicy.HostOf(route.Endpoint), refusal.Rule, refusal.Reason);
        }

        Routes.Add(route);
        var sockets = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ConnectCallback = ConnectAsync };
        if (root is not null)
        {
            sockets.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck };
        }

        return new HttpClient(new Gate(this, route) { InnerHandler = sockets }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(System.Net.IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Gate(TestEgress owner, EgressRoute route) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Null(EgressPolicy.CheckRequest(route, request.RequestUri));
            owner.Activities.Add((EgressActivity.Current?.Purpose, EgressActivity.Current?.Documents.Count ?? -1));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
