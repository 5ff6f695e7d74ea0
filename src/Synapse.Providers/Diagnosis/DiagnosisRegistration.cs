using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Synapse.Providers.Metering;
using Synapse.Providers.Policy;
using Synapse.Telemetry;

namespace Synapse.Providers.Diagnosis;

/// <summary>Registers what tells how the providers are.</summary>
public static class DiagnosisRegistration
{
    /// <summary>Adds <see cref="IProviderDoctor"/> and <see cref="IProviderStatuses"/>. The provider configuration, connections, stores and embedders have to be registered too.</summary>
    public static IServiceCollection AddProviderDiagnosis(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAddSingleton<ConnectedProviders>();
        services.TryAddSingleton<IProviderStatuses>(static provider => new ProviderStatuses(provider.GetRequiredService<ConnectedProviders>().All));
        services.AddSingleton<IProviderDoctor, ProviderDoctor>();
        return services;
    }
}
