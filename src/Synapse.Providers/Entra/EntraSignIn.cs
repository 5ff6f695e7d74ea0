using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Entra;

/// <summary>Makes the access tokens of a provider that signs in with Microsoft Entra ID. Each way to sign in is named by the configuration; none is tried after another.</summary>
public static class EntraSignIn
{
    // Where a machine of Azure answers for its managed identity, unless the platform names another place in its environment.
    private static readonly Uri MetadataService = new("http://169.254.169.254");

    /// <summary>Makes the access tokens of a provider. Nothing is fetched yet.</summary>
    /// <param name="provider">A provider with a sign-in.</param>
    /// <param name="egress">Makes the connections to the sign-in service. The Azure CLI is a program of its own and makes its own.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ArgumentException">The provider has no sign-in.</exception>
    /// <exception cref="EgressRefusedException">The process is offline, or the policy does not allow the sign-in service.</exception>
    public static IAccessTokens Create(ProviderSettings provider, IEgress egress, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(provider);
        ArgumentNullException.ThrowIfNull(egress);
        var settings = provider.Entra ?? throw new ArgumentException($"'{provider.Name}' does not sign in with Entra ID.", nameof(provider));
        if (egress.IsOffline)
        {
            throw new EgressRefusedException(settings.Authority.Authority, "offline", "Offline mode signs in nowhere. Use a local provider, or leave offline mode.");
        }

        var transport = settings.Kind == EntraCredentialKind.AzureCli ? null : new HttpClientTransport(egress.CreateClient(RouteOf(provider.Name, settings)));
        var keepsTokens = settings.Kind == EntraCredentialKind.ManagedIdentity;
        return new EntraTokens(provider.Name, settings.Scope, () => NewCredential(settings, transport), keepsTokens, new EntraFailures(provider.Name, settings), time);
    }

    private static EgressRoute RouteOf(string provider, EntraSettings settings)
    {
        if (settings.Kind != EntraCredentialKind.ManagedIdentity)
        {
            return new EgressRoute(provider, settings.Authority, AddressReach.Public);
        }

        var named = Environment.GetEnvironmentVariable("IDENTITY_ENDPOINT") ?? Environment.GetEnvironmentVariable("MSI_ENDPOINT");
        var endpoint = Uri.TryCreate(named, UriKind.Absolute, out var uri) ? uri : MetadataService;
        var reach = HostReach.Of(endpoint);
        return new EgressRoute(provider, endpoint, reach == AddressReach.Forbidden ? AddressReach.Metadata : reach);
    }

    private static TokenCredential NewCredential(EntraSettings settings, HttpClientTransport? transport) => settings.Kind switch
    {
        // Without instance discovery: the authority is the operator's word, and asking another host about it would be one more way out.
        EntraCredentialKind.ClientSecret => new ClientSecretCredential(settings.TenantId, settings.ClientId, settings.ClientSecret!.Reveal(),
            Tamed(new ClientSecretCredentialOptions { DisableInstanceDiscovery = true }, settings, transport)),
        EntraCredentialKind.WorkloadIdentity => new WorkloadIdentityCredential(Tamed(new WorkloadIdentityCredentialOptions
        {
            TenantId = settings.TenantId,
            ClientId = settings.ClientId,
            TokenFilePath = settings.TokenFile,
            DisableInstanceDiscovery = true,
        }, settings, transport)),
        EntraCredentialKind.ManagedIdentity => new ManagedIdentityCredential(Tamed(new ManagedIdentityCredentialOptions(
            settings.ClientId is { } client ? ManagedIdentityId.FromUserAssignedClientId(client) : ManagedIdentityId.SystemAssigned), settings, transport)),
        EntraCredentialKind.AzureCli => new AzureCliCredential(Tamed(new AzureCliCredentialOptions { TenantId = settings.TenantId }, settings, transport)),
        _ => throw new ArgumentOutOfRangeException(nameof(settings)),
    };

    // Retries are the policy's, and what is asked and answered is the ledger's; the library does neither.
    private static TOptions Tamed<TOptions>(TOptions options, EntraSettings settings, HttpClientTransport? transport)
        where TOptions : TokenCredentialOptions
    {
        if (transport is not null)
        {
            options.Transport = transport;
        }

        options.AuthorityHost = settings.Authority;
        options.Retry.MaxRetries = 0;
        options.RetryPolicy = new RetryPolicy(maxRetries: 0);
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        return options;
    }
}
