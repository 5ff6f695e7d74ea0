using Microsoft.Extensions.Logging;
using Synapse.Egress.Connecting;
using Synapse.Egress.Guarding;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Storage;

namespace Synapse.Egress;

/// <summary>Makes the clients of this process, each for one endpoint and under the policy.</summary>
/// <param name="policy">What may be reached.</param>
/// <param name="ledger">Where every request is entered.</param>
/// <param name="library">Tells which collections stay local.</param>
/// <param name="authorities">Whose certificates are trusted.</param>
/// <param name="time">Tells the times of requests.</param>
/// <param name="logger">Hears of what is refused.</param>
internal sealed class EgressClients(
    EgressPolicy policy,
    IEgressLedger ledger,
    ILibraryStore library,
    TrustedAuthorities authorities,
    TimeProvider time,
    ILogger<EgressClients> logger) : IEgress
{
    /// <inheritdoc/>
    public bool IsOffline => policy.IsOffline;

    /// <summary>What resolves names and dials; tests put their own here, to be rebound and to reach addresses that are not theirs.</summary>
    internal Dialer Dialer { get; init; } = new(policy);

    /// <inheritdoc/>
    public HttpClient CreateClient(EgressRoute route, params ReadOnlySpan<DelegatingHandler> handlers)
    {
        ArgumentNullException.ThrowIfNull(route);
        if (policy.CheckRoute(route) is { } refusal)
        {
            throw new EgressRefusedException(EgressPolicy.HostOf(route.Endpoint), refusal.Rule, refusal.Reason);
        }

        HttpMessageHandler handler = new EgressHandler(route, ledger, new ContentGuard(library), time, logger)
        {
            InnerHandler = EgressSockets.Create(route, Dialer, authorities),
        };
        for (var index = handlers.Length - 1; index >= 0; index--)
        {
            handlers[index].InnerHandler = handler;
            handler = handlers[index];
        }

        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
