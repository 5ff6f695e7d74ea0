using Synapse.Contracts;
using Synapse.PostgresServers;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Team;

/// <summary>The product on PostgreSQL, chosen by one setting.</summary>
public sealed class TeamStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_is_indexed_searched_asked_kept_over_a_restart_and_removed()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        var sample = SampleDocuments.WriteTo(_folder);
        await using (var first = await TeamServer.StartAsync(database, _folder, "data"))
        {
            await first.IndexAsync(sample, "sample");
            await AssertAnswersAsync(first.Client);
        }

        Assert.False(File.Exists(Path.Combine(_folder.Path, "data", "synapse.db")));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "data", "sessions.json")));
        await using var second = await TeamServer.StartAsync(database, _folder, "data");
        await AssertAnswersAsync(second.Client);
        Assert.Equal(3, (await second.Client.ListCollectionsAsync(Cancel)).Collections.Single(collection => collection.Name == "sample").DocumentCount);

        await second.Client.DeleteCollectionAsync("sample", Cancel);
        Assert.Empty((await second.Client.ListCollectionsAsync(Cancel)).Collections);
        Assert.Empty((await second.Client.SearchAsync(new SearchRequest("notice period"), Cancel)).Hits);
    }

    [Fact]
    public async Task Commands_without_a_server_use_the_database_too_and_meet_in_it()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        var sample = SampleDocuments.WriteTo(_folder);
        var asked = await RunAsync(database.Url, "one", "ask", SampleDocuments.Question, sample, "--json");
        Assert.Equal((0, ""), (asked.ExitCode, asked.Errors));
        Assert.Equal(SampleDocuments.Quote, asked.Json.GetProperty("citations")[0].GetProperty("quote").GetString());

        // Another data folder, the same database.
        var found = await RunAsync(database.Url, "two", "search", "notice period", "--json");
        Assert.Equal("lease.md", found.Json.GetProperty("hits")[0].GetProperty("document").GetString());

        var doctor = await RunAsync(database.Url, "two", "doctor", "--json");
        var steps = doctor.Json.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("provider").GetString() == "store").ToList();
        Assert.Equal(["store_ready", "store_connections", "store_disk"], steps.Select(step => step.GetProperty("code").GetString()));
        Assert.Matches(@"^PostgreSQL \d+(\.\d+)? at postgres://127\.0\.0\.1:\d+/test_\d+, pgvector 0\.\d+\.\d+, schema 1; ", steps[0].GetProperty("finding").GetString());
        Assert.DoesNotContain(PostgresServer.Password, doctor.Output, StringComparison.Ordinal);
        Assert.Equal(0, doctor.ExitCode);
    }

    private Task<CommandLineRun> RunAsync(string url, string data, params string[] arguments)
    {
        var start = CommandLineRun.Describe(_folder.Path, Path.Combine(_folder.Path, data), arguments);
        start.Environment["DATABASE_URL"] = url;
        return CommandLineRun.CompleteAsync(start);
    }

    private static async Task AssertAnswersAsync(SynapseClient client)
    {
        var hits = (await client.SearchAsync(new SearchRequest("notice period"), Cancel)).Hits;
        Assert.Equal(("lease.md", "sample"), (hits[0].Document, hits[0].Collection));
        var answer = await client.AnswerAsync(new AnswerRequest(SampleDocuments.Question), Cancel);
        Assert.Equal(SampleDocuments.Quote, answer.Citations[0].Quote);
        Assert.True(answer.Citations[0].Verified);
    }
}
