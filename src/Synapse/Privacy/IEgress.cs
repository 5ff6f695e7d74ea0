namespace Synapse.Privacy;

/// <summary>A way out of this process: one endpoint, and how far away it may be.</summary>
/// <param name="Provider">Name of the provider, or of what else connects.</param>
/// <param name="Endpoint">Scheme, host and port that may be reached; its path does not matter.</param>
/// <param name="Reach">The farthest kind of address that the endpoint may resolve to: a loopback or private rule refuses a public address.</param>
public sealed record EgressRoute(string Provider, Uri Endpoint, AddressReach Reach);

/// <summary>The only maker of connections to other machines and to model servers.</summary>
public interface IEgress
{
    /// <summary>Whether the process is in offline mode: only loopback and listed private addresses can be reached.</summary>
    bool IsOffline { get; }

    /// <summary>Makes a client that reaches the endpoint of the route and nothing else: no redirects, no proxy, no cookies, no decompression. Every request is entered in the ledger.</summary>
    /// <param name="route">Where it may go.</param>
    /// <param name="handlers">Handlers above the guard, outermost first.</param>
    /// <returns>A client without a time limit of its own, to be kept as long as the provider.</returns>
    /// <exception cref="Errors.EgressRefusedException">The policy never allows this route.</exception>
    HttpClient CreateClient(EgressRoute route, params ReadOnlySpan<DelegatingHandler> handlers);
}
