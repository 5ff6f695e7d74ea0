using System.Collections.Frozen;
using System.Net;

namespace Synapse.Privacy;

/// <summary>
/// Which connections this process may open. It is made once at the start, knows no clock and asks nobody, so that the same question always gets the
/// same answer. Everything is refused but what a route names, and of that what the mode of the process allows.
/// </summary>
public sealed class EgressPolicy
{
    private readonly PrivateTarget[] _privateTargets;
    private readonly FrozenDictionary<string, IPAddress> _hosts;

    private EgressPolicy(EgressOptions options, PrivateTarget[] privateTargets, Dictionary<string, IPAddress> hosts)
    {
        IsOffline = options.Offline;
        CaFile = options.CaFile;
        PrivateAddresses = [.. options.PrivateAddresses];
        Retention = new EgressRetention(options.LedgerEntries, TimeSpan.FromDays(options.LedgerDays));
        _privateTargets = privateTargets;
        _hosts = hosts.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether the process is in offline mode: it reaches this machine and the listed private addresses, and asks no name server.</summary>
    public bool IsOffline { get; }

    /// <summary>A PEM file with further trusted authorities; null for none.</summary>
    public string? CaFile { get; }

    /// <summary>The private addresses that offline mode may reach, as the operator wrote them.</summary>
    public IReadOnlyList<string> PrivateAddresses { get; }

    /// <summary>How long the ledger remembers.</summary>
    public EgressRetention Retention { get; }

    /// <summary>Makes the policy of the options.</summary>
    /// <param name="options">As configured.</param>
    /// <param name="faults">Receives what is wrong, each with its key and its cure.</param>
    /// <returns>The policy; when something was wrong, one in offline mode that is not to be used.</returns>
    public static EgressPolicy Create(EgressOptions options, ICollection<string> faults)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(faults);
        var before = faults.Count;
        var targets = ReadTargets(options, faults);
        var hosts = ReadHosts(options, faults);
        if (options.CaFile is { } file && !File.Exists(file))
        {
            faults.Add($"{EgressOptions.SectionName}:CaFile: there is no file '{file}'. Name a PEM file with the certificates of your authority, or leave it out.");
        }

        return faults.Count == before ? new EgressPolicy(options, targets, hosts) : new EgressPolicy(new EgressOptions { Offline = true }, [], []);
    }

    /// <summary>Checks a route before anything is connected: its scheme, its reach, and its host where that needs no name server.</summary>
    /// <returns>Null when the policy allows it.</returns>
    public EgressRefusal? CheckRoute(EgressRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        var endpoint = route.Endpoint;
        if (!endpoint.IsAbsoluteUri || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
        {
            return new(EgressRules.NotConfigured, "An endpoint is an http or https address without a user name. Correct it.");
        }

        if (route.Reach == AddressReach.Forbidden)
        {
            return new(EgressRules.ForbiddenAddress, "This kind of address is never a target. Name the address of a server.");
        }

        if (IsOffline && route.Reach is (AddressReach.Public or AddressReach.Metadata))
        {
            return new(EgressRules.Offline, "The process is in offline mode. Use a provider on this machine or a listed private address, or start without SYNAPSE_OFFLINE.");
        }

        if (endpoint.Scheme == "http" && route.Reach == AddressReach.Public)
        {
            return new(EgressRules.Https, "Text leaves this network only encrypted. Use an https address.");
        }

        if (FindAddresses(endpoint.IdnHost) is { } addresses)
        {
            return CheckAddresses(route, addresses);
        }

        return IsOffline
            ? new(EgressRules.Dns, $"Offline mode asks no name server. Give an IP address, or its address as {EgressOptions.SectionName}:Hosts:{endpoint.IdnHost}.")
            : null;
    }

    /// <summary>Whether a request goes to the endpoint of its route: same scheme, host and port.</summary>
    /// <returns>Null when it does.</returns>
    public static EgressRefusal? CheckRequest(EgressRoute route, Uri? request)
    {
        ArgumentNullException.ThrowIfNull(route);
        return request is { IsAbsoluteUri: true }
            && request.Scheme == route.Endpoint.Scheme
            && request.Port == route.Endpoint.Port
            && request.UserInfo.Length == 0
            && string.Equals(request.IdnHost, route.Endpoint.IdnHost, StringComparison.OrdinalIgnoreCase)
                ? null
                : new(EgressRules.NotConfigured, $"The provider '{route.Provider}' is configured for {HostOf(route.Endpoint)} alone.");
    }

    /// <summary>Checks every address that a host has. One that is not allowed refuses them all: which one would be used is not for a name server to choose.</summary>
    /// <returns>Null when all are allowed.</returns>
    public EgressRefusal? CheckAddresses(EgressRoute route, IReadOnlyList<IPAddress> addresses)
    {
        ArgumentNullException.ThrowIfNull(route);
        ArgumentNullException.ThrowIfNull(addresses);
        foreach (var address in addresses)
        {
            if (CheckAddress(route, AddressClassification.Plain(address)) is { } refusal)
            {
                return refusal;
            }
        }

        return null;
    }

    /// <summary>The addresses of a host that are known without a name server: an IP literal, a name of <c>Hosts</c>, or this machine's own.</summary>
    /// <param name="host">A host without port.</param>
    /// <returns>Null for any other name.</returns>
    public IReadOnlyList<IPAddress>? FindAddresses(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        var name = host.TrimEnd('.');
        if (AddressClassification.LiteralOf(name) is { } literal)
        {
            return [literal];
        }

        if (_hosts.TryGetValue(name, out var mapped))
        {
            return [mapped];
        }

        // RFC 6761: these names are this machine, whatever a name server would say.
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : null;
    }

    /// <summary>
    /// Checks the database that the operator named. It is part of the installation, as the data folder is: naming it lists it, and what is stored there is not entered in
    /// the ledger. It may be anywhere but on a forbidden address; offline mode reaches it on this machine and on private networks, and asks no name server for it.
    /// </summary>
    /// <param name="host">Its host without port, or the path of a Unix socket.</param>
    /// <param name="reach">How far away its name says it is.</param>
    /// <param name="isEncrypted">Whether a connection that is not encrypted is refused.</param>
    /// <returns>Null when the policy allows it.</returns>
    public EgressRefusal? CheckDatabase(string host, AddressReach reach, bool isEncrypted)
    {
        ArgumentNullException.ThrowIfNull(host);
        if (host.StartsWith('/'))
        {
            return null;
        }

        var addresses = FindAddresses(host);
        if (addresses is null && IsOffline)
        {
            return new(EgressRules.Dns, $"Offline mode asks no name server. Give the IP address of the database, or its address as {EgressOptions.SectionName}:Hosts:{host}.");
        }

        reach = addresses is null ? reach : AddressClassification.Of(AddressClassification.Plain(addresses[0]));
        return reach switch
        {
            AddressReach.Forbidden or AddressReach.Metadata => new(EgressRules.ForbiddenAddress, $"{addresses?[0].ToString() ?? host} is never a target. Correct the host of the database."),
            AddressReach.Public when IsOffline => new(
                EgressRules.Offline, "The process is in offline mode, and the database is on the internet. Use one on this machine or a private network, or start without SYNAPSE_OFFLINE."),
            AddressReach.Public when !isEncrypted => new(
                EgressRules.Unencrypted,
                $"Text leaves this network only encrypted. Add ?sslmode=verify-full (or require) to the address; for a database of your own network, give its address as {EgressOptions.SectionName}:Hosts:{host}."),
            _ => null,
        };
    }

    /// <summary>Host and port of an endpoint, as messages and the ledger have them.</summary>
    public static string HostOf(Uri endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var host = endpoint.IdnHost;
        return host.Contains(':', StringComparison.Ordinal) ? $"[{host}]:{endpoint.Port}" : $"{host}:{endpoint.Port}";
    }

    private EgressRefusal? CheckAddress(EgressRoute route, IPAddress address)
    {
        var reach = AddressClassification.Of(address);
        if (reach == AddressReach.Forbidden)
        {
            return new(EgressRules.ForbiddenAddress, $"{address} is never a target. Check the endpoint of '{route.Provider}', and what its name resolves to.");
        }

        if (IsOffline && reach is (AddressReach.Public or AddressReach.Metadata))
        {
            return new(EgressRules.Offline, $"The process is in offline mode, and {address} is not on this machine or a listed private address.");
        }

        if (!IsWithin(reach, route.Reach))
        {
            return new(
                EgressRules.AddressClass,
                $"'{route.Provider}' may be {Words(route.Reach)}, and {address} is {Words(reach)}. Check the endpoint, and what its name resolves to.");
        }

        return IsOffline && reach == AddressReach.Private && !_privateTargets.Any(target => target.Contains(address, route.Endpoint.Port))
            ? new(EgressRules.NotListed, $"Offline mode reaches only the private addresses that {EgressOptions.SectionName}:PrivateAddresses lists. Add {address} there.")
            : null;
    }

    // A public name may have a private address, as private endpoints of clouds do. It may not have this machine's: that is how rebinding looks.
    private static bool IsWithin(AddressReach reach, AddressReach allowed) => allowed switch
    {
        AddressReach.Loopback => reach == AddressReach.Loopback,
        AddressReach.Private => reach is AddressReach.Loopback or AddressReach.Private,
        AddressReach.Metadata => reach == AddressReach.Metadata,
        AddressReach.Public => reach is AddressReach.Public or AddressReach.Private,
        _ => false,
    };

    private static string Words(AddressReach reach) => reach switch
    {
        AddressReach.Loopback => "on this machine",
        AddressReach.Private => "on a private network",
        AddressReach.Metadata => "a metadata service",
        AddressReach.Public => "on the internet",
        _ => "nowhere",
    };

    private static PrivateTarget[] ReadTargets(EgressOptions options, ICollection<string> faults)
    {
        var targets = new List<PrivateTarget>();
        foreach (var text in options.PrivateAddresses)
        {
            if (PrivateTarget.TryParse(text) is not { } target)
            {
                faults.Add($"{EgressOptions.SectionName}:PrivateAddresses: '{text}' is no IP address or range. Write 10.0.0.5, 10.0.0.0/24 or 10.0.0.5:8080; an IPv6 address with a port as [fd00::5]:8080.");
            }
            else if (!target.IsPrivate())
            {
                faults.Add($"{EgressOptions.SectionName}:PrivateAddresses: '{text}' is not private. Only addresses of private networks can be listed; this machine itself is always reached.");
            }
            else
            {
                targets.Add(target);
            }
        }

        return [.. targets];
    }

    private static Dictionary<string, IPAddress> ReadHosts(EgressOptions options, ICollection<string> faults)
    {
        var hosts = new Dictionary<string, IPAddress>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, text) in options.Hosts)
        {
            var key = $"{EgressOptions.SectionName}:Hosts:{name}";
            if (Uri.CheckHostName(name) != UriHostNameType.Dns || AddressClassification.LiteralOf(name) is not null)
            {
                faults.Add($"{key}: '{name}' is no host name. Write the name without scheme and port.");
            }
            else if (AddressClassification.LiteralOf(text) is not { } address || AddressClassification.Of(address) == AddressReach.Forbidden)
            {
                faults.Add($"{key}: '{text}' is no IP address that can be a target. Write one, such as 10.0.0.5.");
            }
            else
            {
                hosts[name.TrimEnd('.')] = address;
            }
        }

        return hosts;
    }
}
