using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Synapse.Contracts;
using Synapse.Fakes;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Telemetry;

/// <summary>One server that tells everything it can tell, in use: none of it holds what people wrote, and an id leads from a response to the log.</summary>
public sealed class ContentTests : IDisposable
{
    private const string Key = "lk-7Qw3Zx9Vb5Nm1Kp8Rt2Yu6";
    private const string MetricsToken = "mt-4f6c0d0f9a7e4c0f8d6a2b1c3e5f7a9b0c1d2e3f";
    private const string Collection = "zanzibarledger";
    private const string Question = "Where does the quokka keep its vermilion umbrella?";
    private const string Text = "The quokka keeps its vermilion umbrella behind the lighthouse door.";

    private static readonly string[] Nowhere = ["nowhere"];

    // Of the question, the text and the answer; the collection's name may stand in the log alone.
    private static readonly string[] Written = ["quokka", "vermilion", "umbrella", "lighthouse"];

    private readonly TemporaryFolder _folder = new();
    private Process? _server;

    private string Data => Path.Combine(_folder.Path, "data");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_server is { HasExited: false })
        {
            _server.Kill();
            _server.WaitForExit();
        }

        _server?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Neither_log_nor_metrics_nor_traces_hold_what_people_wrote_and_the_id_of_a_request_is_the_same_everywhere()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "llamacpp", Key = Key });
        await using var collector = await Collector.StartAsync();
        var address = fake.Address.AbsoluteUri.TrimEnd('/');
        _folder.Write("data/.env",
            $"USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT={address}\nLOCAL_LLM_MODEL=qwen\nLOCAL_LLM_API_KEY={Key}\nLOCAL_EMBEDDING_ENDPOINT={address}\nLOCAL_EMBEDDING_MODEL=bge\nLOCAL_EMBEDDING_API_KEY={Key}\n"
            + $"OTEL_EXPORTER_OTLP_ENDPOINT={collector.Address}\nOTEL_LOGS_EXPORTER=otlp\nSYNAPSE_METRICS_TOKEN={MetricsToken}\nSYNAPSE_LOG_FORMAT=json\nSYNAPSE__SERVER__LOGLEVEL=Debug\n");
        _folder.Write("docs/note.md", $"# Quokkas\n\n{Text}\n");

        var server = await ServeAsync();
        var log = server.StandardError.ReadToEndAsync(Cancel);
        var file = ServerFile.Read(new DataFolder(Data))!;
        var token = (await File.ReadAllTextAsync(file.TokenFile, Cancel)).Trim();
        await IndexAsync(file.Socket, token);
        using var program = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(file.Address!) };
        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

        var answered = await PostAsync(program, new { question = Question });
        Assert.Equal(HttpStatusCode.OK, answered.Status);
        var followed = await PostAsync(program, new { question = Question }, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", followed.Id);
        fake.SetScenario(RequestKind.Chat, "401");
        var failed = await PostAsync(program, new { question = Question });
        Assert.True((int)failed.Status >= 400, failed.Body);
        var missing = await PostAsync(program, new { question = Question, collections = Nowhere });
        Assert.Equal(HttpStatusCode.NotFound, missing.Status);
        foreach (var refused in new[] { failed, missing })
        {
            Assert.Equal(refused.Id, JsonSerializer.Deserialize(refused.Body, ContractsJsonContext.Default.ProblemResponse)!.RequestId);
        }

        program.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", MetricsToken);
        var metrics = await program.GetStringAsync(new Uri("/metrics", UriKind.Relative), Cancel);
        await EndAsync(server);

        var lines = (await log).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(lines, line => line.GetProperty("level").GetString() == "debug");
        foreach (var request in new[] { failed, missing })
        {
            var told = Assert.Single(lines, line => IdOf(line) == request.Id && line.GetProperty("event").GetString() == "LogRefused");
            Assert.Equal((int)request.Status, told.GetProperty("values").GetProperty("Status").GetInt32());
        }

        foreach (var request in new[] { answered, followed, failed, missing })
        {
            var told = Assert.Single(lines, line => IdOf(line) == request.Id && line.GetProperty("event").GetString() == "LogAnswered").GetProperty("values");
            Assert.Equal(((int)request.Status, "/api/v1/answers"), (told.GetProperty("Status").GetInt32(), told.GetProperty("Route").GetString()));
        }

        Assert.Equal(4, new[] { answered.Id, followed.Id, failed.Id, missing.Id }.Distinct().Count());
        AssertNothingWritten("log", await log, [.. Written, Key, token, MetricsToken]);
        foreach (var (name, told) in new[] { ("metrics", metrics), ("sent metrics", collector.Received("/v1/metrics")), ("traces", collector.Received("/v1/traces")) })
        {
            AssertNothingWritten(name, told, [.. Written, Key, token, MetricsToken, Collection, "note.md", _folder.Path]);
        }

        AssertNothingWritten("sent log", collector.Received("/v1/logs"), [.. Written, Key, token, MetricsToken]);
        Assert.Contains("POST /api/v1/answers", collector.Received("/v1/traces"), StringComparison.Ordinal);
    }

    private static string? IdOf(JsonElement line) => line.TryGetProperty("request_id", out var id) ? id.GetString() : null;

    private static async Task<(HttpStatusCode Status, string Id, string Body)> PostAsync(HttpClient client, object body, string? parent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/answers", UriKind.Relative)) { Content = JsonContent.Create(body) };
        if (parent is not null)
        {
            request.Headers.Add("traceparent", parent);
        }

        using var response = await client.SendAsync(request, Cancel);
        return (response.StatusCode, Assert.Single(response.Headers.GetValues("X-Request-Id")), await response.Content.ReadAsStringAsync(Cancel));
    }

    private static void AssertNothingWritten(string name, string told, string[] written)
    {
        Assert.True(told.Length > 100, $"The {name} is empty.");
        foreach (var words in written)
        {
            Assert.False(told.Contains(words, StringComparison.OrdinalIgnoreCase), $"The {name} holds '{words}'.");
        }
    }

    private static async Task EndAsync(Process server)
    {
        using var signal = Process.Start("kill", ["-TERM", $"{server.Id}"]);
        await signal.WaitForExitAsync(Cancel);
        await server.WaitForExitAsync(Cancel);
        Assert.Equal(0, server.ExitCode);
    }

    private async Task IndexAsync(string socket, string token)
    {
        using var client = new SynapseClient($"unix:{socket}", token);
        var added = await client.AddSourceAsync(new AddSourceRequest(Path.Combine(_folder.Path, "docs"), Collection), Cancel);
        await foreach (var job in client.FollowJobAsync(added.Job.Id, Cancel))
        {
            Assert.True(job.State is "queued" or "running" or "completed", job.ErrorMessage);
        }
    }

    private async Task<Process> ServeAsync()
    {
        var server = _server = CommandLineRun.Launch(Data, "serve", "--port", "0");
        while (await server.StandardOutput.ReadLineAsync(Cancel) is { } line)
        {
            if (line.Contains("http://", StringComparison.Ordinal))
            {
                return server;
            }
        }

        Assert.Fail(await server.StandardError.ReadToEndAsync(Cancel));
        return server;
    }
}
