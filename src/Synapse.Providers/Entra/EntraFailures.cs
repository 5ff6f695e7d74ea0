using System.Net.Sockets;
using System.Text.RegularExpressions;
using Azure;
using Azure.Identity;
using Microsoft.Identity.Client;
using Synapse.Errors;
using Synapse.Providers.Configuration;

namespace Synapse.Providers.Entra;

/// <summary>Says which fault of a sign-in it was, and how to mend it.</summary>
/// <param name="provider">Name of the provider.</param>
/// <param name="settings">How it signs in.</param>
internal sealed partial class EntraFailures(string provider, EntraSettings settings)
{
    private const int MaxDetailLength = 600;

    // Microsoft's error codes: learn.microsoft.com/entra/identity-platform/reference-error-codes.
    private static readonly Dictionary<string, string> Codes = new()
    {
        ["7000215"] = "the client secret is wrong. Put the value of a current secret (not its id) into AZURE_CLIENT_SECRET or Entra:ClientSecret.",
        ["7000222"] = "the client secret has expired. Make a new one in the app registration, and put its value into AZURE_CLIENT_SECRET or Entra:ClientSecret.",
        ["700016"] = "the tenant does not know the application. Check AZURE_CLIENT_ID and AZURE_TENANT_ID, or Entra:ClientId and Entra:TenantId: one of them belongs to another directory.",
        ["7000112"] = "the application is disabled in the tenant. Enable it, or use another.",
        ["90002"] = "there is no such tenant. Check AZURE_TENANT_ID or Entra:TenantId, and the sign-in service if it is a sovereign cloud's.",
        ["900021"] = "there is no such tenant. Check AZURE_TENANT_ID or Entra:TenantId.",
        ["900023"] = "the tenant is not an id or a domain. Check AZURE_TENANT_ID or Entra:TenantId.",
        ["70011"] = "the scope is wrong. Remove AZURE_OPENAI_SCOPE or Entra:Scope for the default, or end it with /.default.",
        ["1002012"] = "the scope is wrong. Remove AZURE_OPENAI_SCOPE or Entra:Scope for the default, or end it with /.default.",
        ["500011"] = "the tenant does not know the service that the scope names. Remove AZURE_OPENAI_SCOPE or Entra:Scope for the default, or write https://cognitiveservices.azure.com/.default.",
        ["70021"] = "the application trusts no token like the one in the token file. Add a federated credential whose issuer, subject and audience are those of this pod.",
        ["700211"] = "the application does not trust the issuer of the token file. Add a federated credential for this cluster.",
        ["700212"] = "the application does not trust the audience of the token file. Make it api://AzureADTokenExchange.",
        ["700213"] = "the application does not trust the subject of the token file. Add a federated credential for this service account.",
        ["700024"] = "the token in the token file has expired. Check the clock of this machine and that the cluster renews the file.",
        ["700027"] = "the certificate or assertion is not accepted. Check the application's credentials.",
        ["53003"] = "a rule of conditional access refused it. Let the application in, or run Synapse where the rule allows it.",
        ["50076"] = "a second factor is asked for. Sign in again with 'az login'.",
        ["50079"] = "a second factor is asked for. Sign in again with 'az login'.",
        ["70043"] = "the sign-in has expired. Sign in again with 'az login'.",
        ["700082"] = "the sign-in has expired. Sign in again with 'az login'.",
    };

    /// <summary>What to throw for an error of a sign-in.</summary>
    public Exception Of(Exception error)
    {
        var chain = Chain(error).ToArray();
        if (chain.OfType<SynapseException>().FirstOrDefault() is { } named)
        {
            return named;
        }

        var text = string.Join(" ", chain.Select(one => one.Message));
        var match = Code().Match(text);
        if (match.Success && Codes.TryGetValue(match.Groups["code"].Value, out var known))
        {
            return Failed(ProviderFailure.Auth, known, text, error);
        }

        if (settings.Kind == EntraCredentialKind.AzureCli)
        {
            return OfCli(text, error);
        }

        // A machine without a metadata service shows it by silence, so this comes before the network.
        if (settings.Kind == EntraCredentialKind.ManagedIdentity && (chain.Any(one => one is CredentialUnavailableException) || IsNetwork(chain)))
        {
            return OfManagedIdentity(text, chain, error);
        }

        if (IsNetwork(chain) || chain.Any(one => one is MsalServiceException { StatusCode: 408 or 429 or >= 500 } or RequestFailedException { Status: 0 or 408 or 429 or >= 500 }))
        {
            return Failed(ProviderFailure.Unavailable, $"{settings.Authority.Host} cannot be reached or is overloaded. Check the network and the firewall, and try again.", text, error);
        }

        if (settings.Kind == EntraCredentialKind.WorkloadIdentity && chain.Any(one => one is IOException or UnauthorizedAccessException))
        {
            return Failed(ProviderFailure.Auth, "the token file cannot be read. Check AZURE_FEDERATED_TOKEN_FILE or Entra:TokenFile.", text, error);
        }

        var reason = match.Success ? $"as AADSTS{match.Groups["code"].Value}, which https://login.microsoftonline.com/error explains" : "and the log of the request has the reason that Entra ID gave";
        return Failed(ProviderFailure.Auth, $"it was refused, {reason}. Check tenant, client, secret and scope.", text, error);
    }

    private ProviderException OfCli(string text, Exception error)
    {
        if (Has(text, "not installed") || Has(text, "not found on path"))
        {
            return Failed(ProviderFailure.Auth, "the Azure CLI is not installed. Install it, or choose another way with AZURE_OPENAI_CREDENTIAL or Entra:Credential.", text, error);
        }

        return Has(text, "timed out")
            ? Failed(ProviderFailure.Unavailable, "the Azure CLI did not answer in time. Run 'az account get-access-token' to see why.", text, error)
            : Failed(ProviderFailure.Auth, "nobody is signed in to the Azure CLI. Run 'az login', with --tenant where there are several.", text, error);
    }

    private ProviderException OfManagedIdentity(string text, Exception[] chain, Exception error)
    {
        if (Has(text, "identity not found") || Has(text, "has not been assigned"))
        {
            return Failed(ProviderFailure.Auth, "this machine does not have that managed identity. Assign it, or check AZURE_CLIENT_ID or Entra:ClientId.", text, error);
        }

        return chain.Any(one => one is MsalServiceException { StatusCode: 429 or >= 500 })
            ? Failed(ProviderFailure.Unavailable, "the managed identity service of this machine is overloaded. Try again.", text, error)
            : Failed(ProviderFailure.Auth,
                "no managed identity is available here. It works on machines of Azure alone, with an identity assigned; elsewhere choose azure_cli or client_secret with AZURE_OPENAI_CREDENTIAL or Entra:Credential.", text, error);
    }

    private ProviderException Failed(ProviderFailure failure, string what, string detail, Exception error)
    {
        if (settings.ClientSecret is { } secret)
        {
            detail = detail.Replace(secret.Reveal(), "***", StringComparison.Ordinal);
        }

        return new ProviderException(provider, failure, $"The sign-in of '{provider}' with Microsoft Entra ID failed: {what}",
            detail.Length > MaxDetailLength ? detail[..MaxDetailLength] : detail, error);
    }

    private static bool IsNetwork(Exception[] chain) => chain.Any(one => one is HttpRequestException or SocketException or TimeoutException or TaskCanceledException);

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<Exception> Chain(Exception error)
    {
        for (var one = error; one is not null; one = one.InnerException)
        {
            yield return one;
            if (one is AggregateException { InnerExceptions.Count: > 1 } several)
            {
                foreach (var inner in several.InnerExceptions.Skip(1).SelectMany(Chain))
                {
                    yield return inner;
                }
            }
        }
    }

    [GeneratedRegex(@"AADSTS(?<code>\d{5,7})")]
    private static partial Regex Code();
}
