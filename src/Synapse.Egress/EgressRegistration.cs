using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Synapse.Egress.Connecting;
using Synapse.Privacy;

namespace Synapse.Egress;

/// <summary>Registers the way out.</summary>
public static class EgressRegistration
{
    /// <summary>Adds <see cref="IEgress"/> under a policy. A store has to be registered too, for the ledger and for what collections allow.</summary>
    /// <param name="services">The services.</param>
    /// <param name="policy">The policy of this process; made once, and not changed while it runs.</param>
    /// <exception cref="Errors.InvalidCaFileException">The file of trusted authorities cannot be used.</exception>
    public static IServiceCollection AddSynapseEgress(this IServiceCollection services, EgressPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(policy);
        services.AddSingleton(TrustedAuthorities.Read(policy.CaFile));
        services.AddSingleton<IEgress, EgressClients>();
        return services;
    }
}
