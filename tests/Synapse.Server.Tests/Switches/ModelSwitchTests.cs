using System.Globalization;
using System.Text.Json;
using Synapse.Contracts;
using Synapse.Fakes;
using Synapse.PostgresServers;
using Synapse.Server.Tests.Team;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Switches;

/// <summary>A collection is switched to another embedding model of the same server, while it is searched.</summary>
public sealed class ModelSwitchTests : IAsyncDisposable
{
    private const int Documents = 200;

    private readonly TemporaryFolder _folder = new();
    private readonly FakeProvider _fake = FakeProvider.Start(new() { Dialect = "llamacpp", Models = { "old", "new" }, EmbeddingDimensions = 48 });
    private PostgresDatabase? _database;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task It_is_embedded_beside_measured_changed_over_and_taken_back_without_a_search_that_fails(bool isTeam)
    {
        await using var server = await StartAsync(isTeam, "old,new");
        await server.IndexAsync(WriteDocuments(), "docs");
        var before = await SearchAsync(server);

        var estimate = await server.Client.EstimateSwitchAsync("docs", new("new"), Cancel);
        Assert.Equal(("old", "new", Documents, Documents, true), (estimate.FromModel, estimate.ToModel, estimate.Documents, estimate.Chunks, estimate.IsLocal));
        Assert.InRange(estimate.Tokens, Documents, Documents * 100);
        Assert.InRange(estimate.DurationSeconds!.Value, 0, 3_600);
        Assert.Equal(["old", "new"], (await server.Client.ListEmbeddingModelsAsync(Cancel)).Models.Skip(1).Select(static model => model.Model));

        // Before, during and after: each search is whole, and all of one model.
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var searching = SearchUntilAsync(server, stop.Token);
        Assert.Equal("filling", (await server.Client.StartSwitchAsync("docs", new("new"), Cancel)).State);
        var switched = await WaitAsync(server, static now => now.State == "switched");
        Assert.Equal(("new", "hold", Documents), (switched.SearchedModel, switched.Wish, switched.Progress.DocumentsDone));
        Assert.Equal(("drawn", true), (switched.Comparison!.Basis, switched.Comparison.IsGood));
        Assert.InRange(switched.Comparison.Questions, 40, 50);
        Assert.Equal("new", await ModelAsync(server));
        var after = await SearchAsync(server);

        // What comes now is embedded with both.
        _folder.Write("docs/late.txt", "a late document about walnuts");
        await server.IndexAsync(Path.Combine(_folder.Path, "docs"), "docs");
        await WaitAsync(server, static now => now.Progress.DocumentsDone == Documents + 1);
        Assert.Equal(["new", "old"], SentModels("a late document about walnuts").Order(StringComparer.Ordinal));
        File.Delete(Path.Combine(_folder.Path, "docs/late.txt"));
        await server.IndexAsync(Path.Combine(_folder.Path, "docs"), "docs");

        Assert.Equal("return", (await server.Client.ChangeSwitchAsync("docs", new("return"), Cancel)).Wish);
        Assert.Equal("ready", (await WaitAsync(server, static now => now.State != "switched")).State);
        Assert.Equal("old", await ModelAsync(server));
        Assert.Equal(before, await SearchAsync(server));
        await server.Client.ChangeSwitchAsync("docs", new("switch"), Cancel);
        await WaitAsync(server, static now => now.State == "switched");
        Assert.Equal(after, await SearchAsync(server));

        await server.Client.EndSwitchAsync("docs", Cancel);
        await WaitForEndAsync(server);
        Assert.Equal(after, await SearchAsync(server));
        Assert.Empty((await server.Client.ListSwitchesAsync(Cancel)).Switches);
        await stop.CancelAsync();
        Assert.InRange(await searching, 1, int.MaxValue);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_server_that_is_stopped_in_the_middle_goes_on_where_it_was_and_sends_nothing_twice(bool isTeam)
    {
        await using (var server = await StartAsync(isTeam, "old,new"))
        {
            await server.IndexAsync(WriteDocuments(), "docs");
            await server.Client.StartSwitchAsync("docs", new("new", "hold"), Cancel);
            await WaitAsync(server, static now => now.Progress.DocumentsDone > 0);
        }

        await using var later = await StartAsync(isTeam, "old,new");
        Assert.Equal("ready", (await WaitAsync(later, static now => now.State != "filling")).State);

        // Only the portion whose replies the stop cut off is sent again.
        var sent = Enumerable.Range(0, Documents).Select(i => SentModels(TextOf(i)).Count(static model => model == "new")).ToArray();
        Assert.All(sent, static times => Assert.InRange(times, 1, 2));
        Assert.InRange(sent.Sum() - Documents, 0, 64);
        Assert.Equal("old", await ModelAsync(later));
        await later.Client.ChangeSwitchAsync("docs", new("switch"), Cancel);
        await WaitAsync(later, static now => now.State == "switched");
    }

    [Fact]
    public async Task Questions_of_its_own_decide_and_a_model_that_finds_worse_waits_for_whoever_accepts_it()
    {
        await using var other = FakeProvider.Start(new() { Dialect = "llamacpp", Models = { "new" }, EmbeddingDimensions = 2 });
        (string, string)[] settings =
        [
            .. from place in (int[])[0, 1]
               from setting in ((string, string)[])[("Name", place == 0 ? "one" : "two"), ("Kind", "LlamaCpp"), ("Endpoint", (place == 0 ? _fake : other).Address.ToString()), ("Embedding", place == 0 ? "old" : "new")]
               select ($"Synapse:Providers:{place}:{setting.Item1}", setting.Item2),
        ];
        await using var server = await TeamServer.StartAloneAsync(_folder, "data", settings);
        await server.IndexAsync(WriteDocuments(), "docs");

        // Nothing that words find: what the old model finds first counts as the answer, and the new one finds others.
        var questions = Enumerable.Range(0, 20).Select(static i => $"text zzz{i}").ToArray();
        var judged = new List<EvaluationQuestionContract>();
        foreach (var question in questions)
        {
            judged.Add(new EvaluationQuestionContract(question, [(await server.Client.SearchAsync(new SearchRequest(question, ["docs"]), Cancel)).Hits[0].Document]));
        }

        await server.Client.PutEvaluationAsync("docs", new EvaluationContract(judged), Cancel);
        Assert.Equal(20, (await server.Client.GetEvaluationAsync("docs", Cancel)).Questions.Count);
        await server.Client.StartSwitchAsync("docs", new("new"), Cancel);
        var measured = await WaitAsync(server, static now => now.Comparison is not null);
        Assert.Equal(("judged", 20, 1.0, false), (measured.Comparison!.Basis, measured.Comparison.Questions, measured.Comparison.OldNdcg, measured.Comparison.IsGood));
        Assert.Equal(("ready", "old"), (measured.State, measured.SearchedModel));

        await server.Client.ChangeSwitchAsync("docs", new("switch"), Cancel);
        Assert.Equal("new", (await WaitAsync(server, static now => now.State == "switched")).SearchedModel);
        await server.Client.DeleteEvaluationAsync("docs", Cancel);
        Assert.Equal("evaluation_not_found", (await Assert.ThrowsAsync<SynapseApiException>(() => server.Client.GetEvaluationAsync("docs", Cancel))).Code);
    }

    [Fact]
    public async Task What_hinders_it_is_said_and_tried_again_and_it_can_be_given_up_meanwhile()
    {
        await using var server = await StartAsync(isTeam: false, "old,new");
        await server.IndexAsync(WriteDocuments(), "docs");
        await server.Client.ListEmbeddingModelsAsync(Cancel);
        var before = await SearchAsync(server);
        _fake.SetScenario(RequestKind.Embeddings, "500");
        await server.Client.StartSwitchAsync("docs", new("new"), Cancel);
        Assert.NotNull((await WaitAsync(server, static now => now.Error is not null)).Error);
        await server.Client.EndSwitchAsync("docs", Cancel);
        await WaitForEndAsync(server);
        _fake.SetScenario(RequestKind.Embeddings, "ok-stream");
        Assert.Equal(before, await SearchAsync(server));
        await server.Client.StartSwitchAsync("docs", new("new"), Cancel);
        await WaitAsync(server, static now => now.State == "switched");
    }

    [Fact]
    public async Task Where_the_old_model_is_not_configured_any_more_the_switch_still_comes_to_its_end()
    {
        await using (var server = await StartAsync(isTeam: false, "old,new"))
        {
            await server.IndexAsync(WriteDocuments(), "docs");
            await server.Client.StartSwitchAsync("docs", new("new", "hold"), Cancel);
        }

        await using var later = await StartAsync(isTeam: false, "new");
        _folder.Write("docs/late.txt", "a late document about walnuts");
        var added = await later.Client.AddSourceAsync(new AddSourceRequest(Path.Combine(_folder.Path, "docs"), "docs"), Cancel);
        Assert.Equal("ready", (await WaitAsync(later, static now => now.State == "ready")).State);
        await foreach (var job in later.Client.FollowJobAsync(added.Job.Id, Cancel))
        {
            if (job.ErrorCode == "switch_pending")
            {
                await later.Client.ChangeSwitchAsync("docs", new("switch"), Cancel);
                break;
            }
        }

        Assert.Equal("new", (await WaitAsync(later, static now => now.State == "switched")).SearchedModel);
        await foreach (var job in later.Client.FollowJobAsync(added.Job.Id, Cancel))
        {
            Assert.NotEqual("failed", job.State);
        }

        Assert.Equal("late.txt", (await later.Client.SearchAsync(new SearchRequest("walnuts"), Cancel)).Hits[0].Document);
    }

    [Fact]
    public async Task What_cannot_be_switched_is_refused_with_the_reason()
    {
        await using var server = await StartAsync(isTeam: false, "old,new");
        await server.Client.CreateCollectionAsync(new("empty"), Cancel);
        await server.IndexAsync(WriteDocuments(), "docs");
        await RefusedAsync("unknown_embedding_model", 400, "'old', 'new'", server.Client.StartSwitchAsync("docs", new("other"), Cancel));
        await RefusedAsync("switch_refused", 409, "embedded with 'old' already", server.Client.EstimateSwitchAsync("docs", new("OLD"), Cancel));
        await RefusedAsync("switch_refused", 409, "no documents yet", server.Client.StartSwitchAsync("empty", new("new"), Cancel));
        await RefusedAsync("collection_not_found", 404, "nowhere", server.Client.StartSwitchAsync("nowhere", new("new"), Cancel));
        await RefusedAsync("switch_not_found", 404, "docs", server.Client.GetSwitchAsync("docs", Cancel));
        await RefusedAsync("switch_not_found", 404, "docs", server.Client.ChangeSwitchAsync("docs", new("switch"), Cancel));
        await RefusedAsync("validation_failed", 400, "", server.Client.StartSwitchAsync("docs", new("new", "maybe"), Cancel));
        await server.Client.StartSwitchAsync("docs", new("new", "hold"), Cancel);
        await RefusedAsync("switch_refused", 409, "from 'old' to", server.Client.StartSwitchAsync("docs", new("new"), Cancel));
        await RefusedAsync("switch_refused", 409, "no way back", server.Client.ChangeSwitchAsync("docs", new("return"), Cancel));
    }

    [Fact]
    public async Task The_command_line_estimates_starts_goes_back_and_ends()
    {
        var (data, work) = (Path.Combine(_folder.Path, "cli-data"), Path.Combine(_folder.Path, "work"));
        _folder.Write("work/.env", string.Join('\n', Settings("old,new").Select(static setting => $"{setting.Item1}={setting.Item2}")) + "\n");
        Assert.Equal(0, (await CommandLineRun.StartInAsync(work, data, "index", WriteDocuments(), "--collection", "docs")).ExitCode);
        var estimate = await CommandLineRun.StartInAsync(work, data, "models", "switch", "estimate", "docs", "new");
        Assert.Contains("200 documents, 200 chunks", estimate.Output, StringComparison.Ordinal);
        var unasked = await CommandLineRun.StartInAsync(work, data, "models", "switch", "start", "docs", "new");
        Assert.Equal((2, true), (unasked.ExitCode, unasked.Errors.Contains("--yes", StringComparison.Ordinal)));

        var started = await CommandLineRun.StartInAsync(work, data, "models", "switch", "start", "docs", "new", "--yes");
        Assert.Equal(0, started.ExitCode);
        Assert.Contains("searches use 'new'", started.Output, StringComparison.Ordinal);
        Assert.Contains("sentences drawn", started.Output, StringComparison.Ordinal);
        var list = await CommandLineRun.StartInAsync(work, data, "models", "switch", "--json");
        Assert.Equal("switched", list.Json.GetProperty("switches")[0].GetProperty("state").GetString());
        var back = await CommandLineRun.StartInAsync(work, data, "models", "switch", "back", "docs", "--json");
        Assert.Equal("old", back.Json.GetProperty("searchedModel").GetString());

        _folder.Write("work/questions.jsonl", "{\"text\": \"word7\", \"relevant\": [\"doc7.txt\"]}\n\n");
        Assert.Equal("1 question kept.\n", (await CommandLineRun.StartInAsync(work, data, "models", "switch", "questions", "docs", "questions.jsonl")).Output);
        Assert.Equal("word7", (await CommandLineRun.StartInAsync(work, data, "models", "switch", "questions", "docs")).Json.GetProperty("text").GetString());
        _folder.Write("work/questions.jsonl", "{\"text\": 1}\n");
        var broken = await CommandLineRun.StartInAsync(work, data, "models", "switch", "questions", "docs", "questions.jsonl");
        Assert.Equal((2, true), (broken.ExitCode, broken.Errors.Contains("Line 1 of", StringComparison.Ordinal)));
        var ended = await CommandLineRun.StartInAsync(work, data, "models", "switch", "end", "docs");
        Assert.Contains("stays with 'old'", ended.Output, StringComparison.Ordinal);
        Assert.Equal(1, (await CommandLineRun.StartInAsync(work, data, "models", "switch", "end", "docs")).ExitCode);
    }

    private static async Task RefusedAsync(string code, int status, string says, Task asked)
    {
        var refused = await Assert.ThrowsAsync<SynapseApiException>(() => asked);
        Assert.Equal((code, status), (refused.Code, refused.Status));
        Assert.Contains(says, refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    private async Task<TeamServer> StartAsync(bool isTeam, string models)
    {
        if (!isTeam)
        {
            return await TeamServer.StartAloneAsync(_folder, "data", Settings(models));
        }

        _database ??= await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        return await TeamServer.StartAsync(_database, _folder, "data", Settings(models));
    }

    private (string, string)[] Settings(string models)
        => [("USE_LOCAL_MODELS", "true"), ("LOCAL_EMBEDDING_ENDPOINT", _fake.Address.ToString()), ("LOCAL_EMBEDDING_MODEL", models)];

    private string WriteDocuments()
    {
        for (var i = 0; i < Documents; i++)
        {
            _folder.Write($"docs/doc{i}.txt", TextOf(i));
        }

        return Path.Combine(_folder.Path, "docs");
    }

    private static string TextOf(int i) => string.Create(CultureInfo.InvariantCulture, $"the text number {i} is about word{i} and word{i * 7 % 50} among others, and it goes on for longer than a question drawn from it would");

    private static async Task<ModelSwitchResponse> WaitAsync(TeamServer server, Func<ModelSwitchResponse, bool> isThere)
    {
        while (true)
        {
            var now = await server.Client.GetSwitchAsync("docs", Cancel);
            if (isThere(now))
            {
                return now;
            }

            await Task.Delay(20, Cancel);
        }
    }

    private static async Task WaitForEndAsync(TeamServer server)
    {
        while ((await server.Client.ListSwitchesAsync(Cancel)).Switches.Count > 0)
        {
            await Task.Delay(20, Cancel);
        }
    }

    private static async Task<string?> ModelAsync(TeamServer server) => (await server.Client.GetCollectionAsync("docs", Cancel)).EmbeddingModel;

    private static async Task<IReadOnlyList<(string, double)>> SearchAsync(TeamServer server)
        => [.. (await server.Client.SearchAsync(new SearchRequest("text about word7", ["docs"], 20), Cancel)).Hits.Select(static hit => (hit.Document, Math.Round(hit.Score, 6)))];

    private static async Task<int> SearchUntilAsync(TeamServer server, CancellationToken stop)
    {
        var count = 0;
        while (!stop.IsCancellationRequested)
        {
            var found = await server.Client.SearchAsync(new SearchRequest("text about word7", ["docs"]), Cancel);
            Assert.Equal(10, found.Hits.Count);
            Assert.Empty(found.Notes);
            count++;
        }

        return count;
    }

    private IEnumerable<string> SentModels(string text) => _fake.Requests
        .Where(static request => request is { Kind: RequestKind.Embeddings, Status: 200 })
        .Select(static request => JsonDocument.Parse(request.Body).RootElement)
        .Where(request => request.GetProperty("input").EnumerateArray().Any(each => each.GetString()!.Trim() == text))
        .Select(static request => request.GetProperty("model").GetString()!);
}
