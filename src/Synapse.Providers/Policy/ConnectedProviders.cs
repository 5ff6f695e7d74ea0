using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Entra;

namespace Synapse.Providers.Policy;

/// <summary>The connections of all configured providers, in their order, for as long as the process.</summary>
internal sealed class ConnectedProviders(ProviderConfiguration configuration, IEgress egress, TimeProvider time) : IDisposable
{
    /// <summary>The connections, in the order of the configuration.</summary>
    public IReadOnlyList<ProviderConnection> All { get; } = [.. configuration.Providers.Select(settings => Connect(settings, egress, time).Connection)];

    /// <summary>Makes a connection with a sign-in of its own where the provider wants one.</summary>
    /// <exception cref="Errors.EgressRefusedException">The policy never allows it.</exception>
    public static (ProviderConnection Connection, IAccessTokens? Tokens) Connect(ProviderSettings settings, IEgress egress, TimeProvider time)
    {
        var tokens = settings.Entra is null ? null : EntraSignIn.Create(settings, egress, time);
        return (new ProviderConnection(settings, egress, tokens, time), tokens);
    }

    public void Dispose()
    {
        foreach (var connection in All)
        {
            connection.Dispose();
        }
    }
}
