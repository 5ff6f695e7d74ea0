namespace Synapse.Providers.Configuration;

/// <summary>How the settings of a sign-in are called where they stand: flat variables and the list of providers use different names.</summary>
internal sealed record EntraNames(
    string Credential, string Scope, string Authority, string TenantId, string ClientId, string ClientSecret, string ClientSecretFile, string TokenFile)
{
    /// <summary>The flat variables; those that begin with <c>AZURE_</c> alone are named as Azure's own tools have them.</summary>
    public static readonly EntraNames Variables = new(
        "AZURE_OPENAI_CREDENTIAL", "AZURE_OPENAI_SCOPE", "AZURE_AUTHORITY_HOST", "AZURE_TENANT_ID", "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_FILE", "AZURE_FEDERATED_TOKEN_FILE");

    /// <summary>The names in the list of providers.</summary>
    public static readonly EntraNames Listed = new(
        "Entra:Credential", "Entra:Scope", "Entra:Authority", "Entra:TenantId", "Entra:ClientId", "Entra:ClientSecret", "Entra:ClientSecretFile", "Entra:TokenFile");
}
