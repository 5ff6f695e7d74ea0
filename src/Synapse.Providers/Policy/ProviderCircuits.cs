namespace Synapse.Providers.Policy;

/// <summary>Closes the circuits that failures have opened, for whoever knows that the cause is gone: a diagnosis that just went well, or an operator who granted a role.</summary>
public sealed class ProviderCircuits
{
    private readonly IReadOnlyList<ProviderConnection> _providers;

    internal ProviderCircuits(IReadOnlyList<ProviderConnection> providers) => _providers = providers;

    /// <summary>Lets the next request through to every model of a provider.</summary>
    /// <param name="provider">Name of the provider, as configured; unknown names change nothing.</param>
    public void Reset(string provider)
    {
        foreach (var connection in _providers.Where(connection => connection.Settings.Name == provider))
        {
            foreach (var breaker in connection.Breakers)
            {
                breaker.Value.Reset();
            }
        }
    }
}
