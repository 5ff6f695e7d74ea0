using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Synapse.Contracts;
using Synapse.PostgresServers;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Team;

/// <summary>The database goes away while servers run, and comes back.</summary>
public sealed class OutageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = 180_000)]
    public async Task A_database_that_crashes_costs_503_with_a_time_to_wait_and_nothing_else_and_all_is_well_once_it_is_back()
    {
        await using var postgres = await PostgresServer.StartAsync(new PostgresServerOptions { IsDurable = true }, TestContext.Current.CancellationToken);
        await using var database = await postgres.CreateDatabaseAsync(Cancel);
        await using var server = await TeamServer.StartAsync(database, _folder, "data");
        await server.IndexAsync(SampleDocuments.WriteTo(_folder), "sample");
        var cookie = await server.SignInAsync(await server.NewLinkAsync());
        using var browser = server.Http(cookie: cookie);
        using var before = await browser.GetAsync("/library", Cancel);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var seen = new ConcurrentDictionary<string, int>();
        var askers = Enumerable.Range(0, 4).Select(_ => AskUntilAsync(server, seen, over.Token)).ToArray();
        await SeenAsync(seen, "200");
        await postgres.StopAsync("immediate", Cancel);
        await SeenAsync(seen, "503");

        using (var program = server.Http(server.Token))
        {
            using var ready = await program.GetAsync("/api/health/ready", Cancel);
            var problem = await ready.ReadProblemAsync();
            Assert.Equal((503, "store_unavailable"), (problem.Status, problem.Code));
            Assert.DoesNotContain("127.0.0.1", problem.Detail, StringComparison.Ordinal);
            Assert.Equal("5", ready.Headers.GetValues("Retry-After").Single());
            using var live = await program.GetAsync("/api/health/live", Cancel);
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        }

        var health = await server.Client.GetHealthAsync(Cancel);
        Assert.Equal(("unavailable", "unavailable"), (health.Status, health.Parts.Single(part => part.Name == "store").Status));
        Assert.DoesNotContain(PostgresServer.Password, health.Parts.Single(part => part.Name == "store").Detail, StringComparison.Ordinal);
        Assert.Contains("synapse doctor", health.Parts.Single(part => part.Name == "store").Cure, StringComparison.Ordinal);
        using (var page = await browser.GetAsync("/library", Cancel))
        {
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            Assert.Contains("cannot be reached", WebUtility.HtmlDecode(await page.Content.ReadAsStringAsync(Cancel)), StringComparison.Ordinal);
        }

        var steps = new List<DiagnosisStepResponse>();
        await foreach (var step in server.Client.DiagnoseAsync(new DiagnosisRequest(), Cancel))
        {
            steps.Add(step);
        }

        Assert.Equal(("store", "failed", "store_unavailable"), (steps.Single().Provider, steps[0].Outcome, steps[0].Code));

        await postgres.StartAsync(Cancel);
        AssertServedOrToldToWait(seen);
        seen.Clear();
        await SeenAsync(seen, "200");
        await over.CancelAsync();
        await Task.WhenAll(askers);
        AssertServedOrToldToWait(seen);
        Assert.Equal("ok", (await server.Client.GetHealthAsync(Cancel)).Status);
        Assert.Equal(SampleDocuments.Quote, (await server.Client.AnswerAsync(new AnswerRequest(SampleDocuments.Question), Cancel)).Citations[0].Quote);
        using var after = await browser.GetAsync("/library", Cancel);
        Assert.Contains("sample", await after.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact(Timeout = 180_000)]
    public async Task Connections_that_an_administrator_ends_are_replaced_without_anyone_noticing()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        await using var server = await TeamServer.StartAsync(database, _folder, "data");
        await server.IndexAsync(SampleDocuments.WriteTo(_folder), "sample");
        for (var i = 0; i < 200; i++)
        {
            _folder.Write(string.Create(CultureInfo.InvariantCulture, $"many/{i:000}.md"), string.Create(CultureInfo.InvariantCulture, $"# Page {i}\n\nThe quillwort of page {i} grows in cold lakes.\n"));
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var seen = new ConcurrentDictionary<string, int>();
        var asker = AskUntilAsync(server, seen, over.Token);
        var indexing = server.IndexAsync(Path.Combine(_folder.Path, "many"), "many");
        for (var round = 0; round < 10; round++)
        {
            await database.TerminateBackendsAsync(Cancel);
            AssertServedOrToldToWait(seen);
            seen.Clear();
            await SeenAsync(seen, "200");
        }

        await over.CancelAsync();
        await asker;
        await indexing;

        // One attempt more is made at once; who loses the connection twice in a row is told to come again.
        AssertServedOrToldToWait(seen);
        var many = (await server.Client.ListCollectionsAsync(Cancel)).Collections.Single(collection => collection.Name == "many");
        Assert.Equal(200, many.DocumentCount);
        Assert.NotEmpty((await server.Client.SearchAsync(new SearchRequest("quillwort"), Cancel)).Hits);
    }

    /// <summary>Searches again and again, and counts how it ends: status, and after a blank what Retry-After says.</summary>
    private static async Task AskUntilAsync(TeamServer server, ConcurrentDictionary<string, int> seen, CancellationToken stop)
    {
        using var program = server.Http(server.Token);
        while (!stop.IsCancellationRequested)
        {
            using var response = await program.PostAsJsonAsync("/api/v1/search", new SearchRequest("notice period"), ContractsJsonContext.Default.SearchRequest, Cancel);
            var body = await response.Content.ReadAsStringAsync(Cancel);
            var retry = response.Headers.TryGetValues("Retry-After", out var values) ? $" {values.Single()}" : "";
            var key = $"{(int)response.StatusCode}{retry}";
            seen.AddOrUpdate(key is "200" or "503 5" ? key : $"{key} {body}", 1, static (_, count) => count + 1);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancel);
        }
    }

    private static void AssertServedOrToldToWait(ConcurrentDictionary<string, int> seen) => Assert.Empty(seen.Keys.Except(["200", "503 5"]));

    private static async Task SeenAsync(ConcurrentDictionary<string, int> seen, string status)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!seen.Keys.Any(key => key.StartsWith(status, StringComparison.Ordinal)))
        {
            await timer.WaitForNextTickAsync(Cancel);
        }
    }
}
