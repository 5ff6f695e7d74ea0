using Synapse.Errors;
using Synapse.Hubs;
using Synapse.LocalModels.Tests.TestSupport;

namespace Synapse.LocalModels.Tests.Downloading;

/// <summary>All of it again over TLS, with a certificate of an authority of this test run.</summary>
public sealed class SecurePullTests(HubAuthorityFixture fixture) : PullScenarios(fixture.Authority), IClassFixture<HubAuthorityFixture>
{
    [Fact]
    public async Task A_hub_of_an_unknown_authority_is_refused_at_once_and_told_how_to_trust_it()
    {
        await using var bench = new HubBench(fixture.Authority) { Egress = new TestEgress(), Token = "hf_secret" };
        var refused = await Assert.ThrowsAsync<ModelHubException>(() => bench.PullAsync());

        Assert.Contains($"No secure connection to {bench.Hub.Address.Authority}: its certificate is of an authority that is not trusted here.", refused.Message, StringComparison.Ordinal);
        Assert.Contains("name its PEM file in Synapse:Egress:CaFile", refused.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Waits);
        Assert.Empty(bench.Hub.Requests);
    }

    [Fact]
    public async Task A_hub_whose_certificate_is_for_another_name_is_refused()
    {
        using var other = HubAuthority.Create(TimeProvider.System.GetUtcNow(), "hub.example");
        await using var bench = new HubBench(other);
        var refused = await Assert.ThrowsAsync<ModelHubException>(() => bench.PullAsync());

        Assert.Contains("its certificate is for another name", refused.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Hub.Requests);
    }

    [Fact]
    public async Task A_hub_whose_certificate_has_run_out_is_refused()
    {
        using var old = HubAuthority.Create(TimeProvider.System.GetUtcNow().AddDays(-30));
        await using var bench = new HubBench(old);
        var refused = await Assert.ThrowsAsync<ModelHubException>(() => bench.PullAsync());

        Assert.Contains("its certificate has run out", refused.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Hub.Requests);
    }

    [Fact]
    public async Task A_redirect_out_of_TLS_is_not_followed()
    {
        Bench.Hub.Change = (_, reply) => reply with { Headers = [.. reply.Headers.Select(static header => header.Name == "Location" ? (header.Name, header.Value.Replace("https:", "http:", StringComparison.Ordinal)) : header)] };
        var refused = await Assert.ThrowsAsync<ModelHubException>(() => Bench.PullAsync());

        Assert.Contains($"'http://{Bench.Hub.StorageHost}'", refused.Message, StringComparison.Ordinal);
        Assert.Single(Bench.Egress.Routes);
    }
}

/// <summary>The authority of this test run.</summary>
public sealed class HubAuthorityFixture : IDisposable
{
    public HubAuthority Authority { get; } = HubAuthority.Create(TimeProvider.System.GetUtcNow());

    public void Dispose() => Authority.Dispose();
}
