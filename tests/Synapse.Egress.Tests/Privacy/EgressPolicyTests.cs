using System.Net;
using Synapse.Privacy;

namespace Synapse.Egress.Tests.Privacy;

public sealed class EgressPolicyTests
{
    private static readonly EgressPolicy s_online = Make(new EgressOptions());
    private static readonly EgressPolicy s_offline = Make(new EgressOptions
    {
        Offline = true,
        PrivateAddresses = { "10.0.0.5:8080", "192.168.7.0/24", "[fd00::5]:8080" },
        Hosts = { ["models.lan"] = "192.168.7.9", ["unlisted.lan"] = "10.9.9.9" },
    });

    [Theory]
    [InlineData("/var/run/postgresql", AddressReach.Public, false, null, null)]
    [InlineData("localhost", AddressReach.Loopback, false, null, null)]
    [InlineData("10.9.9.9", AddressReach.Private, false, null, null)]
    [InlineData("fd00::9", AddressReach.Private, false, null, null)]
    [InlineData("unlisted.lan", AddressReach.Private, false, null, null)]
    [InlineData("db", AddressReach.Private, false, null, "dns")]
    [InlineData("db.example.com", AddressReach.Public, true, null, "dns")]
    [InlineData("db.example.com", AddressReach.Public, false, "unencrypted", "dns")]
    [InlineData("1.1.1.1", AddressReach.Public, true, null, "offline")]
    [InlineData("1.1.1.1", AddressReach.Public, false, "unencrypted", "offline")]
    [InlineData("169.254.169.254", AddressReach.Forbidden, true, "forbidden_address", "forbidden_address")]
    [InlineData("168.63.129.16", AddressReach.Public, true, "forbidden_address", "forbidden_address")]
    [InlineData("0.0.0.0", AddressReach.Forbidden, true, "forbidden_address", "forbidden_address")]
    [InlineData("64:ff9b::7f00:1", AddressReach.Public, true, "forbidden_address", "forbidden_address")]
    public void Policy_of_the_database_needs_no_list_and_keeps_offline_mode_on_this_network(string host, AddressReach reach, bool isEncrypted, string? online, string? offline)
    {
        Assert.Equal(online, s_online.CheckDatabase(host, reach, isEncrypted)?.Rule);
        Assert.Equal(offline, s_offline.CheckDatabase(host, reach, isEncrypted)?.Rule);
    }

    [Theory]
    [InlineData("https://api.openai.com/v1", AddressReach.Public, null)]
    [InlineData("http://api.openai.com/v1", AddressReach.Public, "https")]
    [InlineData("ftp://api.openai.com/", AddressReach.Public, "not_configured")]
    [InlineData("https://user:password@api.openai.com/", AddressReach.Public, "not_configured")]
    [InlineData("http://127.0.0.1:11434", AddressReach.Loopback, null)]
    [InlineData("http://localhost:11434", AddressReach.Loopback, null)]
    [InlineData("http://10.0.0.5:8080", AddressReach.Private, null)]
    [InlineData("http://10.0.0.5:8080", AddressReach.Loopback, "address_class")]
    [InlineData("https://1.1.1.1", AddressReach.Private, "address_class")]
    [InlineData("https://127.0.0.1", AddressReach.Public, "address_class")]
    [InlineData("https://10.1.2.3", AddressReach.Public, null)]
    [InlineData("http://169.254.169.254/metadata", AddressReach.Metadata, null)]
    [InlineData("http://169.254.169.254/metadata", AddressReach.Private, "address_class")]
    [InlineData("https://[::ffff:169.254.169.254]/", AddressReach.Public, "address_class")]
    [InlineData("http://127.0.0.1/metadata", AddressReach.Metadata, "address_class")]
    [InlineData("https://[64:ff9b::7f00:1]/", AddressReach.Public, "forbidden_address")]
    [InlineData("http://0.0.0.0:8080", AddressReach.Private, "forbidden_address")]
    [InlineData("http://127.0.0.1", AddressReach.Forbidden, "forbidden_address")]
    public void Policy_allows_or_names_its_rule_when_the_process_is_online(string endpoint, AddressReach reach, string? rule)
        => Assert.Equal(rule, s_online.CheckRoute(Route(endpoint, reach))?.Rule);

    [Theory]
    [InlineData("https://api.openai.com/v1", AddressReach.Public, "offline")]
    [InlineData("https://10.0.0.5:8080", AddressReach.Public, "offline")]
    [InlineData("http://169.254.169.254", AddressReach.Metadata, "offline")]
    [InlineData("http://127.0.0.1:11434", AddressReach.Loopback, null)]
    [InlineData("http://[::1]:11434", AddressReach.Loopback, null)]
    [InlineData("http://localhost:11434", AddressReach.Private, null)]
    [InlineData("http://ollama.localhost:11434", AddressReach.Loopback, null)]
    [InlineData("http://10.0.0.5:8080", AddressReach.Private, null)]
    [InlineData("http://[::ffff:10.0.0.5]:8080", AddressReach.Private, null)]
    [InlineData("http://10.0.0.5:8081", AddressReach.Private, "not_listed")]
    [InlineData("http://10.0.0.6:8080", AddressReach.Private, "not_listed")]
    [InlineData("http://192.168.7.200:1234", AddressReach.Private, null)]
    [InlineData("http://192.168.8.1:1234", AddressReach.Private, "not_listed")]
    [InlineData("http://[fd00::5]:8080", AddressReach.Private, null)]
    [InlineData("http://[fd00::5]:8081", AddressReach.Private, "not_listed")]
    [InlineData("http://models.lan:8080", AddressReach.Private, null)]
    [InlineData("http://MODELS.LAN.:8080", AddressReach.Private, null)]
    [InlineData("http://unlisted.lan:8080", AddressReach.Private, "not_listed")]
    [InlineData("http://other.lan:8080", AddressReach.Private, "dns")]
    [InlineData("http://1.1.1.1:8080", AddressReach.Private, "offline")]
    public void Policy_allows_or_names_its_rule_when_the_process_is_offline(string endpoint, AddressReach reach, string? rule)
        => Assert.Equal(rule, s_offline.CheckRoute(Route(endpoint, reach))?.Rule);

    [Fact]
    public void Policy_refuses_all_addresses_of_a_host_when_one_is_not_allowed()
    {
        var route = Route("http://models.example:8080", AddressReach.Private);
        Assert.Null(s_online.CheckAddresses(route, [IPAddress.Parse("10.0.0.5"), IPAddress.Loopback]));

        Assert.Equal("address_class", s_online.CheckAddresses(route, [IPAddress.Parse("10.0.0.5"), IPAddress.Parse("1.1.1.1")])?.Rule);
        Assert.Equal("forbidden_address", s_online.CheckAddresses(route, [IPAddress.Parse("10.0.0.5"), IPAddress.Parse("fe80::1")])?.Rule);
    }

    [Theory]
    [InlineData("https://api.openai.com/v1/chat", true)]
    [InlineData("https://API.OPENAI.COM:443/other", true)]
    [InlineData("http://api.openai.com/v1", false)]
    [InlineData("https://api.openai.com:444/v1", false)]
    [InlineData("https://api.openai.com.evil.example/v1", false)]
    [InlineData("https://api.openai.com@evil.example/v1", false)]
    [InlineData("https://evil.example/?https://api.openai.com", false)]
    public void A_request_goes_to_its_own_endpoint_or_nowhere(string request, bool allowed)
        => Assert.Equal(allowed ? null : "not_configured", EgressPolicy.CheckRequest(Route("https://api.openai.com/v1", AddressReach.Public), new Uri(request))?.Rule);

    [Fact]
    public void Every_fault_of_the_options_is_reported_with_its_key()
    {
        var faults = new List<string>();
        var policy = EgressPolicy.Create(
            new EgressOptions
            {
                PrivateAddresses = { "10.0.0.5", "models.lan", "1.2.3.4", "10.0.0.1:99999", "0.0.0.0/0", "127.0.0.1" },
                Hosts = { ["a name"] = "10.0.0.1", ["models.lan"] = "not an address", ["0x7f.1"] = "10.0.0.1" },
                CaFile = "/nowhere/ca.pem",
            },
            faults);

        Assert.Equal(9, faults.Count);
        Assert.Equal(5, faults.Count(fault => fault.StartsWith("Synapse:Egress:PrivateAddresses: '", StringComparison.Ordinal)));
        Assert.Equal(3, faults.Count(fault => fault.StartsWith("Synapse:Egress:Hosts:", StringComparison.Ordinal)));
        Assert.Single(faults, fault => fault.StartsWith("Synapse:Egress:CaFile:", StringComparison.Ordinal));

        // What is used by mistake all the same lets nothing out.
        Assert.True(policy.IsOffline);
    }

    private static EgressRoute Route(string endpoint, AddressReach reach) => new("test", new Uri(endpoint), reach);

    private static EgressPolicy Make(EgressOptions options)
    {
        var faults = new List<string>();
        var policy = EgressPolicy.Create(options, faults);
        Assert.Empty(faults);
        return policy;
    }
}
