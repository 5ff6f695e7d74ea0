using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Entra;

namespace Synapse.Providers.Policy;

/// <summary>The connections of all configured providers, in their order.</summary>
internal sealed class ProviderConnections(IReadOnlyList<ProviderSettings> settings, IEgress egress, TimeProvider time) : IDisposable
{
    public IReadOnlyList<ProviderConnection> All { get; } =
        [.. settings.Select(item => new ProviderConnection(item, egress, item.Entra is null ? null : EntraSignIn.Create(item, egress, time), time))];

    public void Dispose()
    {
        foreach (var connection in All)
        {
            connection.Dispose();
        }
    }
}
