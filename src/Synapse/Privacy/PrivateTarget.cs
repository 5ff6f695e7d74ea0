using System.Globalization;
using System.Net;

namespace Synapse.Privacy;

/// <summary>A private address, or a range of them, that offline mode may reach.</summary>
/// <param name="Range">The addresses.</param>
/// <param name="Port">The one port; null for all.</param>
internal sealed record PrivateTarget(IPNetwork Range, int? Port)
{
    /// <summary>Whether an address and port are in it.</summary>
    public bool Contains(IPAddress address, int port) => (Port is null || Port == port) && Range.Contains(address);

    /// <summary>Reads <c>ADDRESS</c>, <c>ADDRESS/BITS</c>, either with <c>:PORT</c>; an IPv6 address stands in brackets when a port follows.</summary>
    /// <returns>Null when it is none of these.</returns>
    public static PrivateTarget? TryParse(string text)
    {
        var (place, portText) = Split(text.Trim());
        int? port = null;
        if (portText is not null)
        {
            if (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > ushort.MaxValue)
            {
                return null;
            }

            port = number;
        }

        if (IPNetwork.TryParse(place, out var range))
        {
            return new PrivateTarget(range, port);
        }

        return IPAddress.TryParse(place, out var address) ? new PrivateTarget(new IPNetwork(address, address.GetAddressBytes().Length * 8), port) : null;
    }

    /// <summary>Whether every address of the range is private.</summary>
    public bool IsPrivate()
        => AddressClassification.Of(Range.BaseAddress) == AddressReach.Private && AddressClassification.Of(Last(Range)) == AddressReach.Private;

    private static (string Place, string? Port) Split(string text)
    {
        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            if (end < 0)
            {
                return (text, null);
            }

            var colon = text.IndexOf(':', end);
            var bits = text[(end + 1)..(colon < 0 ? text.Length : colon)];
            return (text[1..end] + bits, colon < 0 ? null : text[(colon + 1)..]);
        }

        // One colon parts a port from an IPv4 address; several are an IPv6 address without one.
        var first = text.IndexOf(':', StringComparison.Ordinal);
        return first >= 0 && first == text.LastIndexOf(':') ? (text[..first], text[(first + 1)..]) : (text, null);
    }

    private static IPAddress Last(IPNetwork range)
    {
        var bytes = range.BaseAddress.GetAddressBytes();
        for (var bit = range.PrefixLength; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] |= (byte)(0x80 >> (bit % 8));
        }

        return new IPAddress(bytes);
    }
}
