using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using Synapse.Chat;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Telemetry;

/// <summary>What is exported: numbers, names of models and providers, and nothing that anybody wrote.</summary>
public sealed partial class TelemetryTests : IDisposable
{
    private const string Key = "lk-7Qw3Zx9Vb5Nm1Kp8Rt2Yu6";
    private const string Question = "Where does the quokka keep its umbrella?";
    private const string Text = "The quokka keeps its umbrella behind the lighthouse door.";

    // What the flow of these tests has no cause for: prices, a merge, a refusal, a search without its model, and a wait in a row.
    private static readonly string[] Unused = ["synapse.provider.cost", "synapse.store.merge.duration", "synapse.egress.refusals", "synapse.retrieval.degradations", "synapse.ingestion.skipped"];

    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Metrics_and_traces_arrive_over_the_one_way_out_without_question_text_or_key()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "llamacpp", Key = Key });
        await using var collector = await Collector.StartAsync();
        await using (var server = await StartAsync(Settings(fake, collector)))
        {
            using var client = SynapseServer.CreateClient(server);
            await UseAsync(server, client);
            fake.SetScenario(RequestKind.Chat, "401");
            await Assert.ThrowsAsync<ProviderException>(() => ChatAsync(server));

            server.Services.GetRequiredService<MeterProvider>().ForceFlush();
            server.Services.GetRequiredService<TracerProvider>().ForceFlush();

            Assert.All(await EnteredAsync(client), entry => Assert.Empty(entry.Documents));
            await server.StopAsync(TestContext.Current.CancellationToken);
        }

        var metrics = collector.Received("/v1/metrics");
        foreach (var name in Documented().Keys.Except(Unused))
        {
            Assert.Contains(name, metrics, StringComparison.Ordinal);
        }

        var traces = collector.Received("/v1/traces");
        foreach (var name in new[] { "search", "answer", "chat qwen", "embeddings bge", "gen_ai.request.model", "search candidates", "ingest", "POST /api/v1/answers" })
        {
            Assert.Contains(name, traces, StringComparison.Ordinal);
        }

        AssertNothingWritten(metrics + traces);
        Assert.DoesNotContain("url.path", traces, StringComparison.Ordinal);
        Assert.DoesNotContain("user_agent", traces, StringComparison.Ordinal);

        // The log names files: it is sent when that is asked for.
        Assert.Equal("", collector.Received("/v1/logs"));
    }

    [Fact]
    public async Task Every_instrument_has_its_line_with_its_unit_and_no_other()
    {
        await using var fake = FakeProvider.Start(new() { Dialect = "llamacpp", Key = Key });
        await using var collector = await Collector.StartAsync();
        await using var server = await StartAsync(Settings(fake, collector));
        using var client = SynapseServer.CreateClient(server);
        await UseAsync(server, client);

        var seen = new Dictionary<string, string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name.StartsWith("Synapse", StringComparison.Ordinal))
                {
                    seen[instrument.Name] = instrument.Unit ?? "";
                }
            },
        };
        listener.Start();

        Assert.True(seen.Count >= 30, $"Only {seen.Count} instruments were seen.");
        Assert.Equal(seen.OrderBy(pair => pair.Key), Documented().OrderBy(pair => pair.Key));
        await server.StopAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("SYNAPSE_OFFLINE=true\nOTEL_EXPORTER_OTLP_ENDPOINT=https://collector.example.com", "OTEL_EXPORTER_OTLP_ENDPOINT: rule 'offline'")]
    [InlineData("SYNAPSE_OFFLINE=true\nOTEL_EXPORTER_OTLP_ENDPOINT=http://10.0.0.5:4318", "OTEL_EXPORTER_OTLP_ENDPOINT: rule 'not_listed'")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.example.com:4318", "OTEL_EXPORTER_OTLP_ENDPOINT: rule 'https'")]
    [InlineData("SYNAPSE__TELEMETRY__ENDPOINT=collector", "Synapse:Telemetry:Endpoint: it is not the http or https address")]
    public void A_collector_that_must_not_be_reached_stops_the_start(string settings, string fault)
    {
        _folder.Write("data/.env", settings);
        var error = Assert.Throws<InvalidConfigurationException>(() => SynapseServer.Build(new ServerOptions { DataFolder = new DataFolder(Data), Port = 0 }));
        Assert.StartsWith(fault, Assert.Single(error.Faults), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_collector_nothing_is_exported_and_offline_mode_reaches_one_on_this_machine()
    {
        await using (var server = await StartAsync(""))
        {
            Assert.Null(server.Services.GetService<MeterProvider>());
            await server.StopAsync(TestContext.Current.CancellationToken);
        }

        await using var collector = await Collector.StartAsync();
        await using (var server = await StartAsync($"SYNAPSE_OFFLINE=true\nOTEL_EXPORTER_OTLP_ENDPOINT={collector.Address}"))
        {
            using var client = SynapseServer.CreateClient(server);
            await IndexAsync(client);
            server.Services.GetRequiredService<MeterProvider>().ForceFlush();
            await server.StopAsync(TestContext.Current.CancellationToken);
        }

        Assert.Contains("synapse.ingestion.documents", collector.Received("/v1/metrics"), StringComparison.Ordinal);
    }

    private static void AssertNothingWritten(string exported)
    {
        Assert.NotEmpty(exported);
        foreach (var written in new[] { Question, Text, "quokka", "umbrella", "lighthouse", "note.md" })
        {
            Assert.DoesNotContain(written, exported, StringComparison.OrdinalIgnoreCase);
        }

        for (var at = 0; at + 8 <= Key.Length; at++)
        {
            Assert.DoesNotContain(Key.Substring(at, 8), exported, StringComparison.Ordinal);
        }
    }

    private static string Settings(FakeProvider fake, Collector collector)
    {
        var address = fake.Address.AbsoluteUri.TrimEnd('/');
        return $"USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT={address}\nLOCAL_LLM_MODEL=qwen\nLOCAL_LLM_API_KEY={Key}\nLOCAL_EMBEDDING_ENDPOINT={address}\nLOCAL_EMBEDDING_MODEL=bge\nLOCAL_EMBEDDING_API_KEY={Key}\nOTEL_EXPORTER_OTLP_ENDPOINT={collector.Address}\nOTEL_EXPORTER_OTLP_HEADERS=x-key=collector-key\n";
    }

    private async Task<WebApplication> StartAsync(string settings)
    {
        _folder.Write("data/.env", settings);
        var server = SynapseServer.Build(new ServerOptions { DataFolder = new DataFolder(Data), Port = 0, LogLevel = LogLevel.Error });
        await SynapseServer.StartAsync(server, TestContext.Current.CancellationToken);
        return server;
    }

    private async Task UseAsync(WebApplication server, SynapseClient client)
    {
        await IndexAsync(client);
        await client.SearchAsync(new SearchRequest(Question), TestContext.Current.CancellationToken);
        await client.AnswerAsync(new AnswerRequest(Question), TestContext.Current.CancellationToken);
        await ChatAsync(server);
        var steps = 0;
        await foreach (var step in client.DiagnoseAsync(new DiagnosisRequest(), TestContext.Current.CancellationToken))
        {
            // How each step ends on a machine that is slow just now is not what is looked at here.
            Assert.NotEmpty(step.Name);
            steps++;
        }

        Assert.True(steps >= 5, $"Only {steps} steps were seen.");
    }

    // A request that stays on this machine does not wait for its entry, so the ledger may be a moment behind; the test's own time limit ends a wait in vain.
    private static async Task<IReadOnlyList<EgressEntryResponse>> EnteredAsync(SynapseClient client)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (true)
        {
            var page = await client.ListEgressAsync(purpose: "telemetry", cancellationToken: TestContext.Current.CancellationToken);
            if (page.Entries.Count > 0)
            {
                return page.Entries;
            }

            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }

    private async Task IndexAsync(SynapseClient client)
    {
        _folder.Write("docs/note.md", $"# Quokkas\n\n{Text}\n");
        var added = await client.AddSourceAsync(new AddSourceRequest(Path.Combine(_folder.Path, "docs")), TestContext.Current.CancellationToken);
        await foreach (var job in client.FollowJobAsync(added.Job.Id, TestContext.Current.CancellationToken))
        {
            Assert.True(job.State is "queued" or "running" or "completed", job.ErrorMessage);
        }
    }

    private static async Task ChatAsync(WebApplication server)
    {
        var models = server.Services.GetRequiredService<IChatModels>();
        var request = new Chat.ChatRequest(ModelRole.Chat, LocalOnly: true, _ => new([new ChatMessage(ChatRole.User, $"[1] {Text}\n\n{Question}")], 100));
        await foreach (var said in models.StreamAsync(request, TestContext.Current.CancellationToken))
        {
            Assert.NotNull(said);
        }
    }

    private static Dictionary<string, string> Documented()
        => Row().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contract", "monitoring.md")))
            .ToDictionary(match => match.Groups["name"].Value, match => match.Groups["unit"].Value);

    [GeneratedRegex(@"^\| `(?<name>[a-z_.]+)` \| `[a-z_]+` \| [a-z]+ \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
