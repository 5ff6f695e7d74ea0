using System.Net;
using System.Net.Sockets;
using Synapse.Errors;
using Synapse.Privacy;

namespace Synapse.Egress.Connecting;

/// <summary>Opens connections: policy, then addresses, then every address against the policy, then a connection to one of those very addresses.</summary>
internal sealed class Dialer(EgressPolicy policy)
{
    /// <summary>How long one address may take while there are others to try.</summary>
    private static readonly TimeSpan s_patiencePerAddress = TimeSpan.FromSeconds(2);

    /// <summary>Asks the name server. Never called in offline mode.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolve { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>Connects to an address that was allowed.</summary>
    internal Func<IPEndPoint, CancellationToken, ValueTask<Stream>> Dial { get; init; } = ConnectAsync;

    /// <summary>Opens a connection to the endpoint of a route.</summary>
    /// <param name="route">The route.</param>
    /// <param name="host">What the connection is asked for; the route's host, or nothing is opened.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="EgressRefusedException">The policy does not allow it.</exception>
    public async ValueTask<Stream> OpenAsync(EgressRoute route, DnsEndPoint host, CancellationToken cancellationToken)
    {
        Check(route, policy.CheckRoute(route));
        if (host.Port != route.Endpoint.Port || !host.Host.Equals(route.Endpoint.IdnHost, StringComparison.OrdinalIgnoreCase))
        {
            Check(route, new EgressRefusal(EgressRules.NotConfigured, $"The connection was asked for {host.Host}:{host.Port}."));
        }

        var addresses = policy.FindAddresses(host.Host) ?? await ResolveAsync(route, host.Host, cancellationToken);
        Check(route, policy.CheckAddresses(route, addresses));
        return await DialFirstAsync(addresses, host.Port, cancellationToken);
    }

    private async Task<IReadOnlyList<IPAddress>> ResolveAsync(EgressRoute route, string host, CancellationToken cancellationToken)
    {
        // CheckRoute has said no to every name that is not known; this is the second lock on the same door.
        if (policy.IsOffline)
        {
            Check(route, new EgressRefusal(EgressRules.Dns, "Offline mode asks no name server."));
        }

        var addresses = await Resolve(host, cancellationToken);
        return addresses.Length > 0 ? addresses : throw new SocketException((int)SocketError.HostNotFound);
    }

    private async ValueTask<Stream> DialFirstAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        for (var index = 0; ; index++)
        {
            var isLast = index == addresses.Count - 1;
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (!isLast)
            {
                patience.CancelAfter(s_patiencePerAddress);
            }

            try
            {
                return await Dial(new IPEndPoint(addresses[index], port), patience.Token);
            }
            catch (Exception e) when (!isLast && !cancellationToken.IsCancellationRequested && e is (SocketException or OperationCanceledException))
            {
                // The next address may answer.
            }
        }
    }

    private static async ValueTask<Stream> ConnectAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(endPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static void Check(EgressRoute route, EgressRefusal? refusal)
    {
        if (refusal is not null)
        {
            throw new EgressRefusedException(EgressPolicy.HostOf(route.Endpoint), refusal.Rule, refusal.Reason);
        }
    }
}
