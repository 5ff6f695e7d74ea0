using System.Net.Sockets;
using System.Security.Authentication;
using Synapse.Fakes.Tests.TestSupport;

namespace Synapse.Fakes.Tests.Scenarios;

/// <summary>Scenarios that act before a request is read.</summary>
public sealed class ConnectionTests
{
    internal static readonly string[] Expected = ["refuse", "tls-bad-cert", "tls-expired"];

    [Fact]
    public async Task Refuse_refuses_from_the_start()
    {
        await using var fake = FakeProvider.Start(new() { Scenario = "refuse" });

        var refused = await Assert.ThrowsAsync<SocketException>(() => RawClient.SendAsync(fake, DialectRequest.Chat("openai")));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Theory]
    [InlineData("tls-bad-cert", "RemoteCertificateNameMismatch, RemoteCertificateChainErrors")]
    [InlineData("tls-expired", "NotTimeValid")]
    public async Task Bad_certificate_is_rejected_and_the_good_one_is_not(string scenario, string reason)
    {
        await using var fake = FakeProvider.Start(new() { Https = true });
        Assert.Equal(200, (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).Status);
        fake.Scenario = scenario;

        var rejected = await Assert.ThrowsAsync<AuthenticationException>(() => RawClient.SendAsync(fake, DialectRequest.Chat("openai")));
        Assert.Contains(reason, rejected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cut_and_reset_work_over_tls_too()
    {
        await using var fake = FakeProvider.Start(new() { Https = true, Scenario = "cut-close-clean" });
        Assert.Equal(RawEnd.Eof, (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).End);
        fake.Scenario = "rst-after-n";

        Assert.Equal(RawEnd.Reset, (await RawClient.SendAsync(fake, DialectRequest.Chat("openai"))).End);
    }

    [Fact]
    public void Certificate_scenarios_need_https()
        => Assert.Throws<ArgumentException>(() => FakeProvider.Start(new() { Scenario = "tls-expired" }));

    [Fact]
    public async Task Connection_scenarios_cannot_be_set_for_one_request()
    {
        await using var fake = FakeProvider.Start();

        Assert.Throws<ArgumentException>(() => fake.SetSequence("refuse"));
        Assert.Throws<ArgumentException>(() => fake.SetScenario(RequestKind.Chat, "refuse"));
    }
}
