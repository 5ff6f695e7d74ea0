using Synapse.Privacy;

namespace Synapse.Providers.Configuration;

/// <summary>Turns what an operator writes as an address into a base address and its reach: takes what can only mean one thing, and refuses the rest with a cure.</summary>
/// <param name="key">What the operator writes for the setting.</param>
/// <param name="kind">What speaks there.</param>
/// <param name="faults">Takes what is wrong.</param>
internal sealed class EndpointReader(string key, ProviderKind kind, FaultList faults)
{
    /// <summary>Kinds that run on one's own machines unless it is said otherwise.</summary>
    public static bool IsLocalKind(ProviderKind kind)
        => kind is ProviderKind.LlamaCpp or ProviderKind.Vllm or ProviderKind.Ollama or ProviderKind.LmStudio or ProviderKind.TextEmbeddingsInference or ProviderKind.LocalUnknown;

    /// <summary>Reads an address.</summary>
    /// <param name="text">What the operator wrote.</param>
    /// <param name="local">What the operator says about where it is; null when nothing.</param>
    /// <returns>The base address and its reach; null when something was noted as wrong.</returns>
    public (Uri Endpoint, AddressReach Reach)? Read(string text, bool? local)
    {
        if (Parse(text) is not { } written)
        {
            return null;
        }

        var natural = HostReach.Of(written);
        if (ReachOf(written, natural, local) is not { } reach)
        {
            return null;
        }

        if (written.Scheme == Uri.UriSchemeHttp && natural == AddressReach.Public && reach == AddressReach.Public)
        {
            faults.Add(key, $"{written.Host} is on the internet, and http would send keys and documents in the open.", "Write https.");
            return null;
        }

        if (EndpointPath.Normalise(kind, written, out var problem, out var cure) is not { } path)
        {
            faults.Add(key, problem, cure);
            return null;
        }

        return (new UriBuilder(written) { Path = path }.Uri, reach);
    }

    private Uri? Parse(string text)
    {
        if (text.Any(character => character is <= ' ' or > '~' or '"' or '\'' or '<' or '>' or '`' or '\\' or '{' or '}') || KeyForm.IsPlaceholder(text)
            || text.Contains("your-", StringComparison.OrdinalIgnoreCase) || text.Contains("YOUR_", StringComparison.OrdinalIgnoreCase))
        {
            faults.Add(key, "the value is an example, or holds a blank, a quotation mark or another character that no address has.", $"Write it like {Example()}.");
            return null;
        }

        var full = text.Contains("://", StringComparison.Ordinal) ? text : $"{(IsLocalKind(kind) ? "http" : "https")}://{text}";
        if (!Uri.TryCreate(full, UriKind.Absolute, out var uri) || uri.Host.Length == 0 || uri.Port == 0 || KeyForm.IssuerOf(text) is not null)
        {
            faults.Add(key, "the value is not an address.", $"Write it like {Example()}.");
            return null;
        }

        if (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps)
        {
            faults.Add(key, $"'{uri.Scheme}' is not spoken here.", "Write an address that begins with https:// or http://.");
            return null;
        }

        if (uri.UserInfo.Length > 0)
        {
            faults.Add(key, "there is a user name or password in the address.", "Take it out; keys have a setting of their own.");
            return null;
        }

        if (uri.Query.Length > 0 || uri.Fragment.Length > 0 || full.EndsWith('?') || full.EndsWith('#'))
        {
            var isVersion = uri.Query.Contains("api-version", StringComparison.OrdinalIgnoreCase);
            faults.Add(key, $"there is something after a {(uri.Query.Length > 0 || full.EndsWith('?') ? "question mark" : "#")} in the address.",
                isVersion ? "Take it out; the API version has a setting of its own." : "Take it out.");
            return null;
        }

        return uri;
    }

    private AddressReach? ReachOf(Uri endpoint, AddressReach natural, bool? local)
    {
        if (natural == AddressReach.Forbidden)
        {
            faults.Add(key, $"{endpoint.Host} is an address that no model server has (link-local, multicast or unspecified).", "Write the address of the server itself, 127.0.0.1 for this machine.");
            return null;
        }

        var isCloudKind = kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI or ProviderKind.Anthropic;
        if (!(local ?? IsLocalKind(kind)))
        {
            // A cloud's model stays in the cloud behind a gateway of one's own, and so does what the operator calls not local.
            return isCloudKind || local == false ? AddressReach.Public : natural;
        }

        if (isCloudKind || HostReach.IsCloud(endpoint) || (natural == AddressReach.Public && HostReach.IsAddress(endpoint)))
        {
            faults.Add(key, $"{endpoint.Host} is not on this machine or its private network, and was said to be local.", NotLocalCure());
            return null;
        }

        // A name says little about where it leads; the guard holds it to private addresses when it connects.
        return natural == AddressReach.Public ? AddressReach.Private : natural;
    }

    private string NotLocalCure() => Place() is { } list ? $"Set {list}Local to false if documents may go there, or write a local address." : "Write the address of a local server, or configure that service as a cloud provider.";

    private string? Place() => key.StartsWith("Synapse:Providers:", StringComparison.Ordinal) ? key[..(key.LastIndexOf(':') + 1)] : null;

    private string Example() => kind switch
    {
        ProviderKind.OpenAI => "https://api.openai.com/v1",
        ProviderKind.AzureOpenAI => "https://NAME.openai.azure.com",
        ProviderKind.Anthropic => "https://api.anthropic.com",
        ProviderKind.OpenAICompatible => "https://api.example.com/v1",
        ProviderKind.Ollama => "http://127.0.0.1:11434",
        _ => "http://127.0.0.1:8080",
    };
}
