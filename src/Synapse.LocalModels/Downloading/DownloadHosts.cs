namespace Synapse.LocalModels.Downloading;

/// <summary>Where a hub may send a download on to.</summary>
internal sealed class DownloadHosts(Uri hub, IReadOnlyList<string> hosts)
{
    /// <summary>Whether an address is the hub itself: same scheme, host and port.</summary>
    public bool IsHub(Uri address)
        => address.Scheme == hub.Scheme && address.Port == hub.Port && address.IdnHost.Equals(hub.IdnHost, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether an address may be asked. Only https; a hub that is itself asked over http, on this machine or a private network, may send on to such another.</summary>
    public bool Allows(Uri address)
        => IsHub(address) || ((address.Scheme == Uri.UriSchemeHttps || (address.Scheme == Uri.UriSchemeHttp && hub.Scheme == Uri.UriSchemeHttp)) && address.UserInfo.Length == 0 && hosts.Any(host => Matches(host, address)));

    /// <summary>Whether an entry of the setting can be read: a name or <c>*.DOMAIN</c>, each with or without a port.</summary>
    public static bool IsEntry(string entry)
    {
        var (name, port) = Split(entry);
        return port is not null && Uri.CheckHostName(name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name) is not UriHostNameType.Unknown;
    }

    private static bool Matches(string entry, Uri address)
    {
        var (name, port) = Split(entry);
        return port == address.Port && (name.StartsWith("*.", StringComparison.Ordinal)
            ? address.IdnHost.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase)
            : address.IdnHost.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static (string Name, int? Port) Split(string entry)
    {
        var colon = entry.LastIndexOf(':');
        if (colon < 0 || entry.EndsWith(']'))
        {
            return (entry.Trim('[', ']'), 443);
        }

        return (entry[..colon].Trim('[', ']'), int.TryParse(entry.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue ? port : null);
    }
}
