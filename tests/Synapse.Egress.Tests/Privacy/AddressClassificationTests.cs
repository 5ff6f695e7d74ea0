using System.Net;
using Synapse.Privacy;

namespace Synapse.Egress.Tests.Privacy;

public sealed class AddressClassificationTests
{
    /// <summary>Spellings as they could stand in an address, each with what it really is.</summary>
    public static TheoryData<string, AddressReach> Hosts => new()
    {
        // This machine, in all the ways that a parser reads it.
        { "127.0.0.1", AddressReach.Loopback },
        { "127.0.0.1.", AddressReach.Loopback },
        { "127.1", AddressReach.Loopback },
        { "127.255.255.254", AddressReach.Loopback },
        { "2130706433", AddressReach.Loopback },
        { "0x7f.0.0.1", AddressReach.Loopback },
        { "0x7f000001", AddressReach.Loopback },
        { "0177.0.0.1", AddressReach.Loopback },
        { "[::1]", AddressReach.Loopback },
        { "[0:0:0:0:0:0:0:1]", AddressReach.Loopback },
        { "[::ffff:127.0.0.1]", AddressReach.Loopback },
        { "[::ffff:7f00:1]", AddressReach.Loopback },

        // Private networks.
        { "10.0.0.1", AddressReach.Private },
        { "0xa.1", AddressReach.Private },
        { "172.16.0.1", AddressReach.Private },
        { "172.31.255.255", AddressReach.Private },
        { "192.168.1.1", AddressReach.Private },
        { "3232235777", AddressReach.Private },
        { "100.64.0.1", AddressReach.Private },
        { "100.127.255.255", AddressReach.Private },
        { "[fd00::1]", AddressReach.Private },
        { "[fc00::1]", AddressReach.Private },
        { "[::ffff:10.0.0.1]", AddressReach.Private },
        { "[::ffff:c0a8:101]", AddressReach.Private },

        // Metadata services.
        { "169.254.169.254", AddressReach.Metadata },
        { "2852039166", AddressReach.Metadata },
        { "0xa9fea9fe", AddressReach.Metadata },
        { "[::ffff:a9fe:a9fe]", AddressReach.Metadata },
        { "[::ffff:169.254.169.254]", AddressReach.Metadata },
        { "[fd00:ec2::254]", AddressReach.Metadata },
        { "100.100.100.200", AddressReach.Metadata },
        { "168.63.129.16", AddressReach.Metadata },

        // Never a target.
        { "0.0.0.0", AddressReach.Forbidden },
        { "0", AddressReach.Forbidden },
        { "0.1.2.3", AddressReach.Forbidden },
        { "[::]", AddressReach.Forbidden },
        { "[::ffff:0.0.0.0]", AddressReach.Forbidden },
        { "169.254.0.1", AddressReach.Forbidden },
        { "192.0.0.1", AddressReach.Forbidden },
        { "192.0.2.1", AddressReach.Forbidden },
        { "192.88.99.1", AddressReach.Forbidden },
        { "198.18.0.1", AddressReach.Forbidden },
        { "198.51.100.7", AddressReach.Forbidden },
        { "203.0.113.7", AddressReach.Forbidden },
        { "224.0.0.1", AddressReach.Forbidden },
        { "239.255.255.255", AddressReach.Forbidden },
        { "240.0.0.1", AddressReach.Forbidden },
        { "255.255.255.255", AddressReach.Forbidden },
        { "[fe80::1]", AddressReach.Forbidden },
        { "[fe80::1%251]", AddressReach.Forbidden },
        { "[fec0::1]", AddressReach.Forbidden },
        { "[ff02::1]", AddressReach.Forbidden },
        { "[100::1]", AddressReach.Forbidden },
        { "[2001:db8::1]", AddressReach.Forbidden },
        { "[3fff::1]", AddressReach.Forbidden },

        // Another address inside: IPv4-compatible, translated, NAT64 (both prefixes), 6to4, Teredo, ISATAP.
        { "[::127.0.0.1]", AddressReach.Forbidden },
        { "[::ffff:0:127.0.0.1]", AddressReach.Forbidden },
        { "[64:ff9b::7f00:1]", AddressReach.Forbidden },
        { "[64:ff9b::169.254.169.254]", AddressReach.Forbidden },
        { "[64:ff9b:1::a00:1]", AddressReach.Forbidden },
        { "[2002:7f00:1::]", AddressReach.Forbidden },
        { "[2002:a9fe:a9fe::1]", AddressReach.Forbidden },
        { "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", AddressReach.Forbidden },
        { "[2606:4700::5efe:7f00:1]", AddressReach.Forbidden },
        { "[2606:4700::200:5efe:a00:1]", AddressReach.Forbidden },

        // The internet.
        { "1.1.1.1", AddressReach.Public },
        { "16843009", AddressReach.Public },
        { "172.32.0.1", AddressReach.Public },
        { "100.128.0.1", AddressReach.Public },
        { "169.255.0.1", AddressReach.Public },
        { "[2606:4700:4700::1111]", AddressReach.Public },
        { "[::ffff:1.1.1.1]", AddressReach.Public },
    };

    [Theory]
    [MemberData(nameof(Hosts))]
    public void A_host_that_is_a_number_is_what_the_parser_of_addresses_makes_of_it(string host, AddressReach expected)
    {
        var literal = AddressClassification.LiteralOf(new Uri($"http://{host}:8080/"));

        Assert.NotNull(literal);
        Assert.Equal(expected, AddressClassification.Of(literal));
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public void An_address_of_a_name_server_is_sorted_alike(string host, AddressReach expected)
    {
        // Only what is an address for IPAddress too.
        if (IPAddress.TryParse(host.Trim('[', ']').TrimEnd('.').Replace("%25", "%", StringComparison.Ordinal), out var address))
        {
            Assert.Equal(expected, AddressClassification.Of(address));
        }
        else
        {
            Assert.DoesNotMatch("^[0-9a-fx.:]+$", host);
        }
    }

    [Theory]
    [InlineData("①②⑦.⓪.⓪.①")]
    [InlineData("１２７。０。０。１")]
    [InlineData("①⑥⑨.②⑤④.①⑥⑨.②⑤④")]
    public void Digits_of_other_scripts_are_a_name_that_offline_mode_does_not_ask_for(string host)
    {
        var endpoint = new Uri($"http://{host}:8080/");

        Assert.Null(AddressClassification.LiteralOf(endpoint));
        var policy = EgressPolicy.Create(new EgressOptions { Offline = true }, []);
        Assert.Equal(EgressRules.Dns, policy.CheckRoute(new EgressRoute("test", endpoint, AddressReach.Private))?.Rule);
    }

    [Theory]
    [InlineData("api.openai.com")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1.example.com")]
    [InlineData("0x7f.example")]
    public void A_name_is_no_number(string host) => Assert.Null(AddressClassification.LiteralOf(new Uri($"http://{host}/")));
}
