using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Contracts;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;
using Synapse.Storage;

namespace Synapse.Server.Tests.Features;

/// <summary>What left, what must not leave, and the mode of the process, as programs see them.</summary>
public sealed class EgressApiTests(RunningServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_collection_is_local_only_from_its_making_or_by_a_change_and_other_changes_leave_it_so()
    {
        Assert.True((await server.Client.CreateCollectionAsync(new CreateCollectionRequest("stays", LocalOnly: true), Cancel)).LocalOnly);
        Assert.False((await server.Client.CreateCollectionAsync(new CreateCollectionRequest("goes"), Cancel)).LocalOnly);
        try
        {
            Assert.True((await server.Client.ChangeCollectionAsync("stays", new ChangeCollectionRequest(), Cancel)).LocalOnly);
            Assert.True((await server.Client.ChangeCollectionAsync("goes", new ChangeCollectionRequest(LocalOnly: true), Cancel)).LocalOnly);
            Assert.True((await server.Client.GetCollectionAsync("goes", Cancel)).LocalOnly);
            Assert.False((await server.Client.ChangeCollectionAsync("goes", new ChangeCollectionRequest(LocalOnly: false), Cancel)).LocalOnly);
            Assert.True((await server.Client.ListCollectionsAsync(Cancel)).Collections.Single(collection => collection.Name == "stays").LocalOnly);
            var gone = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.ChangeCollectionAsync("nowhere", new ChangeCollectionRequest(true), Cancel));
            Assert.Equal("collection_not_found", gone.Code);
        }
        finally
        {
            await server.Client.DeleteCollectionAsync("stays", Cancel);
            await server.Client.DeleteCollectionAsync("goes", Cancel);
        }
    }

    [Fact]
    public async Task A_request_through_the_way_out_is_listed_with_its_documents_and_totals_by_host()
    {
        var collection = await server.Services.GetRequiredService<ILibraryStore>().FindCollectionAsync(AccessScope.Everything, "sample", Cancel);
        var endpoint = new Uri(server.Address);
        using var http = server.Services.GetRequiredService<IEgress>().CreateClient(new EgressRoute("itself", endpoint, AddressReach.Loopback));
        for (var count = 0; count < 3; count++)
        {
            using var activity = EgressActivity.Begin(EgressPurpose.Chat, [new EgressDocument(collection!.Id, 1, "lease.md")]);
            Assert.Contains("ok", await http.GetStringAsync(new Uri(endpoint, "/api/health/live"), Cancel), StringComparison.Ordinal);
        }

        var page = await CompletedAsync(3);
        Assert.False(page.Offline);
        var entry = page.Entries[0];
        Assert.Equal(("itself", $"127.0.0.1:{endpoint.Port}", "loopback", "chat", "completed", 200), (entry.Provider, entry.Host, entry.Reach, entry.Purpose, entry.Outcome, entry.Status));
        Assert.Equal(new EgressDocumentResponse("sample", 1, "lease.md"), Assert.Single(entry.Documents));
        var total = Assert.Single(page.Totals);
        Assert.Equal((3, 0, page.Entries.Sum(each => each.BytesSent)), (total.Requests, total.Refused, total.BytesSent));

        var first = await server.Client.ListEgressAsync("itself", "sample", "chat", limit: 2, cancellationToken: Cancel);
        var second = await server.Client.ListEgressAsync("itself", "sample", "chat", first.Next, limit: 2, cancellationToken: Cancel);
        Assert.Equal(page.Entries.Select(each => each.Id), first.Entries.Concat(second.Entries).Select(each => each.Id));
        Assert.Null(second.Next);
        Assert.Empty((await server.Client.ListEgressAsync("itself", purpose: "embedding", cancellationToken: Cancel)).Entries);
        var wrong = await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.ListEgressAsync(purpose: "gossip", cancellationToken: Cancel));
        Assert.Equal((400, ErrorCodes.BadRequest), (wrong.Status, wrong.Code));
    }

    [Fact]
    public async Task Health_tells_the_mode_of_the_process()
    {
        var health = await server.Client.GetHealthAsync(Cancel);

        Assert.False(health.Offline);
        Assert.Contains(health.Parts, part => part is { Name: "egress", Status: "ok" });
    }

    [Fact]
    public void Every_fault_of_the_settings_is_reported_together()
    {
        var faults = new List<string>();
        EgressOptionsReader.Read(Configure(
            ("SYNAPSE_OFFLINE", "perhaps"),
            ("Synapse:Egress:PrivateAddresses", "10.0.0.5, 8.8.8.8"),
            ("Synapse:Egress:Hosts:models.lan", "elsewhere"),
            ("Synapse:Egress:LedgerDays", "0"),
            ("Synapse:Egress:Proxy", "http://proxy")), faults);

        Assert.Equal(5, faults.Count);
        Assert.All(
            ["SYNAPSE_OFFLINE: 'perhaps'", "'8.8.8.8' is not private", "Hosts:models.lan: 'elsewhere'", "LedgerDays: '0'", "Egress:Proxy: there is no such setting"],
            part => Assert.Contains(faults, fault => fault.Contains(part, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("true", null, true)]
    [InlineData("1", "false", true)]
    [InlineData("false", "true", true)]
    [InlineData(null, "yes", true)]
    [InlineData("", "false", false)]
    [InlineData(null, null, false)]
    public void Offline_mode_is_on_when_one_of_its_two_settings_says_so(string? variable, string? setting, bool expected)
        => Assert.Equal(expected, Policy(Configure(("SYNAPSE_OFFLINE", variable), ("Synapse:Egress:Offline", setting))).IsOffline);

    [Fact]
    public void Lists_are_read_from_a_line_and_from_a_file_alike()
    {
        var line = Policy(Configure(("Synapse:Egress:PrivateAddresses", "10.0.0.5:8080; 192.168.0.0/16")));
        var file = Policy(Configure(("Synapse:Egress:PrivateAddresses:0", "10.0.0.5:8080"), ("Synapse:Egress:PrivateAddresses:1", "192.168.0.0/16")));

        Assert.Equal(["10.0.0.5:8080", "192.168.0.0/16"], line.PrivateAddresses);
        Assert.Equal(line.PrivateAddresses, file.PrivateAddresses);
    }

    // A request that stays on this machine does not wait for its entry, so the ledger may be a moment behind; the test's own time limit ends a wait in vain.
    private async Task<EgressPageResponse> CompletedAsync(int count)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var page = await server.Client.ListEgressAsync("itself", cancellationToken: Cancel);
            if (page.Entries.Count(entry => entry.Outcome == "completed") == count && page.Totals.Sum(total => total.BytesSent) == page.Entries.Sum(entry => entry.BytesSent))
            {
                return page;
            }

            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    private static IConfiguration Configure(params (string Key, string? Value)[] settings)
        => new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();

    private static EgressPolicy Policy(IConfiguration configuration)
    {
        var faults = new List<string>();
        var policy = EgressOptionsReader.Read(configuration, faults);
        Assert.Empty(faults);
        return policy;
    }
}
