namespace Synapse.Privacy;

/// <summary>How far away an address is.</summary>
public enum AddressReach
{
    /// <summary>This machine.</summary>
    Loopback,

    /// <summary>A private network: RFC 1918, shared address space of RFC 6598, unique local IPv6.</summary>
    Private,

    /// <summary>A cloud machine's own metadata service, which hands out managed identities; reached only by a route made for it.</summary>
    Metadata,

    /// <summary>The internet.</summary>
    Public,

    /// <summary>An address that is never a target: link-local, multicast, unspecified, or one that hides another inside.</summary>
    Forbidden,
}
