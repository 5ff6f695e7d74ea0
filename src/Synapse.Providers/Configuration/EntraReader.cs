using System.Text.RegularExpressions;

namespace Synapse.Providers.Configuration;

/// <summary>Reads how to sign in with Microsoft Entra ID.</summary>
/// <param name="settings">Where the settings stand.</param>
/// <param name="names">How they are called there.</param>
/// <param name="faults">Takes what is wrong.</param>
internal sealed partial class EntraReader(SettingReader settings, EntraNames names, FaultList faults)
{
    private static readonly Dictionary<string, EntraCredentialKind> Kinds = new(StringComparer.OrdinalIgnoreCase)
    {
        ["client_secret"] = EntraCredentialKind.ClientSecret,
        ["managed_identity"] = EntraCredentialKind.ManagedIdentity,
        ["workload_identity"] = EntraCredentialKind.WorkloadIdentity,
        ["azure_cli"] = EntraCredentialKind.AzureCli,
    };

    // Azure's clouds, each with its own sign-in service and audience.
    private static readonly (string Domain, string Authority, string Scope)[] Sovereign =
    [
        ("azure.us", "https://login.microsoftonline.us/", "https://cognitiveservices.azure.us/.default"),
        ("azure.cn", "https://login.chinacloudapi.cn/", "https://cognitiveservices.azure.cn/.default"),
    ];

    /// <summary>Reads the sign-in for an endpoint.</summary>
    /// <param name="endpoint">The resource; null when it is not known.</param>
    /// <param name="apiVersion">The dated version; null for the v1 surface, whose tokens have another audience.</param>
    /// <returns>The sign-in; null when something was noted as wrong.</returns>
    public EntraSettings? Read(Uri? endpoint, string? apiVersion)
    {
        var before = faults.Count;
        var kind = Kind();
        var (authority, scope) = Cloud(endpoint, apiVersion);
        authority = Authority() ?? authority;
        scope = Scope() ?? scope;
        var tenant = Id(names.TenantId, "the tenant", TenantForm());
        var client = Id(names.ClientId, "the application", ClientForm());
        Secret? secret = null;
        string? tokenFile = null;
        if (kind is EntraCredentialKind.ClientSecret)
        {
            secret = ClientSecret();
        }

        if (kind is EntraCredentialKind.WorkloadIdentity)
        {
            tokenFile = TokenFile();
        }

        if (kind is EntraCredentialKind.ClientSecret or EntraCredentialKind.WorkloadIdentity)
        {
            Require(names.TenantId, kind.Value, "the directory (tenant) ID");
            Require(names.ClientId, kind.Value, "the application (client) ID");
        }

        if (endpoint is not null && HostReach.IsOrBelow(endpoint, "api.cognitive.microsoft.com"))
        {
            faults.Add(settings.KeyOf(names.Credential), "regional endpoints take no tokens of Entra ID.", "Write the resource's own endpoint: https://NAME.openai.azure.com.");
        }

        return faults.Count > before || kind is null ? null : new EntraSettings(kind.Value, scope, authority, tenant, client, secret, tokenFile);
    }

    // Without a word from the operator: a secret means a secret, a federated token means workload identity, an identity's id alone a managed identity.
    private EntraCredentialKind? Kind()
    {
        var key = settings.KeyOf(names.Credential);
        if (settings.Text(names.Credential) is { } text)
        {
            if (Kinds.TryGetValue(text.Replace('-', '_'), out var kind))
            {
                return kind;
            }

            faults.Add(key, $"{SettingReader.Shown(text)} is not a way to sign in.", $"Write one of {string.Join(", ", Kinds.Keys)}.");
            return null;
        }

        var hasSecret = settings.Has(names.ClientSecret) || settings.Has(names.ClientSecretFile);
        var hasToken = settings.Has(names.TokenFile);
        if (hasSecret && hasToken)
        {
            faults.Add(key, $"{settings.KeyOf(names.ClientSecret)} and {settings.KeyOf(names.TokenFile)} are both set.", "Say which is meant: client_secret or workload_identity.");
            return null;
        }

        if (!hasSecret && !hasToken && !settings.Has(names.ClientId))
        {
            faults.Add(key, "nothing says how to sign in with Entra ID.",
                "Write managed_identity on a machine of Azure or azure_cli where 'az login' was run, or set tenant, client and secret.");
            return null;
        }

        return hasSecret ? EntraCredentialKind.ClientSecret : hasToken ? EntraCredentialKind.WorkloadIdentity : EntraCredentialKind.ManagedIdentity;
    }

    private static (Uri Authority, string Scope) Cloud(Uri? endpoint, string? apiVersion)
    {
        foreach (var (domain, authority, scope) in Sovereign)
        {
            if (endpoint is not null && HostReach.IsOrBelow(endpoint, domain))
            {
                return (new Uri(authority), scope);
            }
        }

        return (new Uri("https://login.microsoftonline.com/"), apiVersion is null ? "https://ai.azure.com/.default" : "https://cognitiveservices.azure.com/.default");
    }

    private Uri? Authority()
    {
        if (settings.Text(names.Authority) is not { } text)
        {
            return null;
        }

        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"https://{text}";
        if (Uri.TryCreate(full, UriKind.Absolute, out var uri) && uri is { Scheme: "https", UserInfo: "", Query: "", Fragment: "", AbsolutePath: "/" } && uri.Host.Length > 0)
        {
            return uri;
        }

        faults.Add(settings.KeyOf(names.Authority), "the value is not the address of a sign-in service: https, a host, and nothing after it.", "Write it like https://login.microsoftonline.com/; the tenant has a setting of its own.");
        return null;
    }

    private string? Scope()
    {
        var scope = settings.Text(names.Scope);
        if (scope is null || (scope.EndsWith("/.default", StringComparison.Ordinal) && !scope.Contains(' ', StringComparison.Ordinal) && scope.Contains("://", StringComparison.Ordinal)))
        {
            return scope;
        }

        faults.Add(settings.KeyOf(names.Scope), $"{SettingReader.Shown(scope)} is not a scope for a service.", "Write it like https://cognitiveservices.azure.com/.default.");
        return null;
    }

    private string? Id(string name, string what, Regex form)
    {
        var id = settings.Text(name);
        if (id is null || form.IsMatch(id))
        {
            return id;
        }

        faults.Add(settings.KeyOf(name), $"the value is not an id of {what}.", "Copy the id (eight, four, four, four and twelve digits or letters a to f, joined by hyphens) from the overview page of the app registration or identity.");
        return null;
    }

    private Secret? ClientSecret()
    {
        var before = faults.Count;
        var secret = settings.Secret(names.ClientSecret, names.ClientSecretFile);
        var key = settings.KeyOf(names.ClientSecret);
        if (secret is null && faults.Count == before)
        {
            faults.Add(key, "the sign-in by secret has none.", "Set it to the value of a client secret of the app registration.");
        }

        if (secret is not null && ClientForm().IsMatch(secret.Reveal()))
        {
            faults.Add(key, "this is the id of a secret, not the secret.", "Copy the column 'Value'. It is shown once, when the secret is made; make a new one if it is lost.");
        }

        return secret;
    }

    private string? TokenFile()
    {
        var path = settings.Text(names.TokenFile);
        if (path is null || !File.Exists(path))
        {
            faults.Add(settings.KeyOf(names.TokenFile), path is null ? "workload identity has no token file." : $"the file {SettingReader.Shown(path)} is not there or may not be read.",
                "Name the file that the cluster mounts; pods need the label azure.workload.identity/use: \"true\".");
        }

        return path;
    }

    private void Require(string name, EntraCredentialKind kind, string what)
    {
        if (!settings.Has(name))
        {
            faults.Add(settings.KeyOf(name), $"it is not set, and {(kind == EntraCredentialKind.ClientSecret ? "a sign-in by secret" : "workload identity")} needs it.", $"Set it to {what}.");
        }
    }

    [GeneratedRegex("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
    private static partial Regex ClientForm();

    [GeneratedRegex(@"^(?:[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})$")]
    private static partial Regex TenantForm();
}
