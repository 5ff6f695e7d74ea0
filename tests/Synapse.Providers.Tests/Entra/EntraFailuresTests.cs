using Azure.Identity;
using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Entra;

namespace Synapse.Providers.Tests.Entra;

/// <summary>Failures that only a machine with the Azure CLI or a managed identity can show: told by the words of the library (Azure.Core 1.53).</summary>
public sealed class EntraFailuresTests
{
    [Theory]
    [InlineData("Azure CLI not installed", ProviderFailure.Auth, "not installed")]
    [InlineData("Please run 'az login' to set up account", ProviderFailure.Auth, "Run 'az login'")]
    [InlineData("Azure CLI authentication failed due to an unknown error. ERROR: AADSTS700082: The refresh token has expired", ProviderFailure.Auth, "Sign in again with 'az login'")]
    [InlineData("Azure CLI authentication timed out.", ProviderFailure.Unavailable, "az account get-access-token")]
    public void The_Azure_CLI_s_failures_say_what_to_run(string text, ProviderFailure failure, string cure)
    {
        var failed = Of(EntraCredentialKind.AzureCli, new CredentialUnavailableException(text));
        Assert.Equal(failure, failed.Failure);
        Assert.Contains(cure, failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ManagedIdentityCredential authentication unavailable. The requested identity has not been assigned to this resource.", "does not have that managed identity")]
    [InlineData("ManagedIdentityCredential authentication unavailable. No response received from the managed identity endpoint.", "no managed identity is available here")]
    public void A_managed_identity_that_is_not_there_says_so(string text, string fault)
        => Assert.Contains(fault, Of(EntraCredentialKind.ManagedIdentity, new CredentialUnavailableException(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_refusal_that_is_not_known_is_told_by_its_number()
        => Assert.Equal(
            "The sign-in of 'azure' with Microsoft Entra ID failed: it was refused, as AADSTS650052, which https://login.microsoftonline.com/error explains. Check tenant, client, secret and scope.",
            Of(EntraCredentialKind.ClientSecret, new InvalidOperationException("AADSTS650052: The app needs access to a service.")).Message);

    private static ProviderException Of(EntraCredentialKind kind, Exception error)
        => Assert.IsType<ProviderException>(new EntraFailures("azure", new EntraSettings(kind, "x/.default", new Uri("https://login.microsoftonline.com/"))).Of(error));
}
