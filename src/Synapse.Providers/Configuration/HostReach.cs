using System.Net;
using System.Net.Sockets;
using Synapse.Privacy;

namespace Synapse.Providers.Configuration;

/// <summary>How far away a host is, as far as its name or address says so by itself. Nothing is resolved.</summary>
public static class HostReach
{
    // Names that public name servers do not hand out: RFC 6762, RFC 8375, the name reserved by ICANN in 2024, and those that routers and Docker use.
    private static readonly string[] PrivateSuffixes = [".local", ".internal", ".lan", ".home.arpa"];

    // Model services that are never a local server, whatever the settings say.
    private static readonly string[] Clouds =
    [
        "openai.com", "azure.com", "azure.us", "azure.cn", "azure-api.net", "microsoft.com", "anthropic.com", "groq.com", "googleapis.com", "cerebras.ai", "do-ai.run",
        "ollama.com", "openrouter.ai", "huggingface.co", "huggingface.cloud", "mistral.ai", "deepseek.com", "together.xyz", "amazonaws.com", "nvidia.com",
    ];

    /// <summary>The reach of a host.</summary>
    /// <param name="endpoint">An absolute address.</param>
    public static AddressReach Of(Uri endpoint)
    {
        var host = endpoint.DnsSafeHost.TrimEnd('.').ToLowerInvariant();
        if (IPAddress.TryParse(host, out var address))
        {
            return Of(address);
        }

        if (host is "localhost" || host.EndsWith(".localhost", StringComparison.Ordinal))
        {
            return AddressReach.Loopback;
        }

        return !host.Contains('.') || PrivateSuffixes.Any(suffix => host.EndsWith(suffix, StringComparison.Ordinal)) ? AddressReach.Private : AddressReach.Public;
    }

    /// <summary>Whether the host is written as an address.</summary>
    internal static bool IsAddress(Uri endpoint) => endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;

    /// <summary>Whether the host is that of a known model service on the internet.</summary>
    internal static bool IsCloud(Uri endpoint) => Clouds.Any(cloud => IsOrBelow(endpoint, cloud));

    /// <summary>Whether the host is a domain or a name below it.</summary>
    internal static bool IsOrBelow(Uri endpoint, string domain)
        => endpoint.Host.Equals(domain, StringComparison.OrdinalIgnoreCase) || endpoint.Host.EndsWith($".{domain}", StringComparison.OrdinalIgnoreCase);

    private static AddressReach Of(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (IPAddress.IsLoopback(address))
        {
            return AddressReach.Loopback;
        }

        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            return address.IsIPv6UniqueLocal ? AddressReach.Private
                : address.IsIPv6LinkLocal || address.IsIPv6Multicast || address.IsIPv6SiteLocal || address.Equals(IPAddress.IPv6Any) ? AddressReach.Forbidden
                : AddressReach.Public;
        }

        var bytes = address.GetAddressBytes();
        return (bytes[0], bytes[1]) switch
        {
            (10, _) or (192, 168) or (172, >= 16 and <= 31) => AddressReach.Private,
            (0, _) or (169, 254) or ( >= 224, _) => AddressReach.Forbidden,
            _ => AddressReach.Public,
        };
    }
}
