namespace Synapse.Providers.Configuration;

/// <summary>What the configuration says about providers.</summary>
/// <param name="Providers">The providers in their order; the first with a role is asked first. Empty: the built-in embedder and quoted answers.</param>
/// <param name="IsOffline">Whether nothing may be reached but this machine and its private network.</param>
/// <param name="Faults">Everything that is wrong; with any, <paramref name="Providers"/> is not to be used.</param>
public sealed record ProviderConfiguration(IReadOnlyList<ProviderSettings> Providers, bool IsOffline, IReadOnlyList<ConfigurationFault> Faults);
