using System.Net.Http.Headers;
using Synapse.Contracts;
using Synapse.PostgresServers;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Team;

/// <summary>What a server on a database tells of it.</summary>
public sealed class TeamMetricsTests : IDisposable
{
    private const string Token = "mt-4f6c0d0f9a7e4c0f8d6a2b1c3e5f7a9b0c1d2e3f";

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_store_and_the_connections_of_the_driver_are_measured_without_the_password()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        await using var server = await TeamServer.StartAsync(database, _folder, "one", ("SYNAPSE_METRICS_TOKEN", Token));
        var added = await server.Client.AddSourceAsync(new AddSourceRequest(SampleDocuments.WriteTo(_folder), "sample"), Cancel);
        await foreach (var job in server.Client.FollowJobAsync(added.Job.Id, Cancel))
        {
            Assert.True(job.State is "queued" or "running" or "completed", job.ErrorMessage);
        }

        using var scraper = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(server.Address) };
        scraper.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        var metrics = await scraper.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);

        var pool = $"postgres://127.0.0.1:{database.Server.Port}/{database.Name}";
        Assert.Matches($$"""(?m)^db_client_connection_count\{db_client_connection_pool_name="{{pool}}",db_client_connection_state="(idle|used)"\} \d+$""", metrics);
        Assert.Matches("(?m)^synapse_store_collections(\\{\\})? 1$", metrics);
        Assert.Matches("(?m)^synapse_store_size_bytes\\{synapse_store_part=\"content\"\\} [1-9]\\d+$", metrics);
        Assert.Matches("(?m)^synapse_store_segments(\\{\\})? [1-9]$", metrics);
        Assert.DoesNotContain("synapse_store_disk_free_bytes{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("Password", metrics, StringComparison.OrdinalIgnoreCase);
    }
}
