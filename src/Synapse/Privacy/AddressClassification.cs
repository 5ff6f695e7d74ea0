using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Synapse.Privacy;

/// <summary>Sorts addresses by how far away they are, by the special-purpose registries of IANA (RFC 6890 and its successors).</summary>
public static class AddressClassification
{
    // First match counts, so the narrower ranges stand first.
    private static readonly (IPNetwork Range, AddressReach Reach)[] s_ranges =
    [
        // The metadata services of Azure, AWS, Google, Oracle and Alibaba; the second is Azure's on a public address.
        (Range("169.254.169.254/32"), AddressReach.Metadata),
        (Range("168.63.129.16/32"), AddressReach.Metadata),
        (Range("192.0.0.192/32"), AddressReach.Metadata),
        (Range("100.100.100.200/32"), AddressReach.Metadata),
        (Range("fd00:ec2::254/128"), AddressReach.Metadata),
        (Range("fd20:ce::254/128"), AddressReach.Metadata),
        (Range("127.0.0.0/8"), AddressReach.Loopback),
        (Range("::1/128"), AddressReach.Loopback),
        (Range("10.0.0.0/8"), AddressReach.Private),
        (Range("172.16.0.0/12"), AddressReach.Private),
        (Range("192.168.0.0/16"), AddressReach.Private),

        // Shared by providers and by overlay networks of one owner (RFC 6598): not the internet, and not a third party's either.
        (Range("100.64.0.0/10"), AddressReach.Private),
        (Range("fc00::/7"), AddressReach.Private),
        (Range("0.0.0.0/8"), AddressReach.Forbidden),
        (Range("169.254.0.0/16"), AddressReach.Forbidden),
        (Range("192.0.0.0/24"), AddressReach.Forbidden),
        (Range("192.0.2.0/24"), AddressReach.Forbidden),
        (Range("192.88.99.0/24"), AddressReach.Forbidden),
        (Range("198.18.0.0/15"), AddressReach.Forbidden),
        (Range("198.51.100.0/24"), AddressReach.Forbidden),
        (Range("203.0.113.0/24"), AddressReach.Forbidden),
        (Range("224.0.0.0/4"), AddressReach.Forbidden),
        (Range("240.0.0.0/4"), AddressReach.Forbidden),

        // Teredo, ORCHID and the rest of the protocol assignments; 6to4; documentation. NAT64 lies outside of 2000::/3.
        (Range("2001::/23"), AddressReach.Forbidden),
        (Range("2001:db8::/32"), AddressReach.Forbidden),
        (Range("2002::/16"), AddressReach.Forbidden),
        (Range("3fff::/20"), AddressReach.Forbidden),
        (Range("0.0.0.0/0"), AddressReach.Public),
        (Range("2000::/3"), AddressReach.Public),
    ];

    /// <summary>How far away an address is. An IPv4 address inside an IPv6 one (<c>::ffff:a.b.c.d</c>) counts as itself.</summary>
    /// <param name="address">The address, of any spelling that was parsed.</param>
    /// <returns><see cref="AddressReach.Forbidden"/> for all that is not known to be a target.</returns>
    public static AddressReach Of(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = Plain(address);
        if (HidesAnother(plain))
        {
            return AddressReach.Forbidden;
        }

        foreach (var (range, reach) in s_ranges)
        {
            if (range.Contains(plain))
            {
                return reach;
            }
        }

        return AddressReach.Forbidden;
    }

    /// <summary>The address that is meant when a host is an IP literal in any of its spellings, or null when it is a name.</summary>
    /// <param name="uri">An absolute address.</param>
    public static IPAddress? LiteralOf(Uri uri)
    {
        ArgumentNullException.ThrowIfNull(uri);
        return LiteralOf(uri.IdnHost);
    }

    /// <summary>The address that a host names by number, or null when it is a name.</summary>
    /// <param name="host">A host without port; brackets and a last dot do not matter.</param>
    public static IPAddress? LiteralOf(string host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return IPAddress.TryParse(host.TrimEnd('.'), out var address) ? Plain(address) : null;
    }

    internal static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    // An interface id of ISATAP (RFC 5214) holds an IPv4 address under any prefix.
    private static bool HidesAnother(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        return address.TryWriteBytes(bytes, out _) && (BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]) & 0xFDFF_FFFF) == 0x0000_5EFE;
    }

    private static IPNetwork Range(string text) => IPNetwork.Parse(text);
}
