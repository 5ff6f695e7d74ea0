using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Monitoring;

/// <summary>Prometheus itself reads the files and a running server.</summary>
[Collection<Monitored>]
public sealed class PrometheusTests(MonitoredServer server) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private Process? _prometheus;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_prometheus is { HasExited: false })
        {
            _prometheus.Kill(entireProcessTree: true);
            _prometheus.WaitForExit();
        }

        _prometheus?.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_rules_and_the_example_are_valid()
    {
        CopyExample("127.0.0.1:3000");
        var rules = await PromtoolAsync(null, "check", "rules", "--lint=all", "--lint-fatal", Repository.Path("deploy/monitoring/alerts.yaml"));
        Assert.True(rules.ExitCode == 0, rules.Output + rules.Errors);
        var example = await PromtoolAsync(null, "check", "config", Path.Combine(_folder.Path, "prometheus.yml"));
        Assert.True(example.ExitCode == 0, example.Output + example.Errors);
    }

    [Fact]
    public async Task Every_alert_fires_when_it_should_and_none_when_all_is_well()
    {
        var tests = Repository.Path("tests/Synapse.Deployment.Tests/Monitoring/alerts.test.yaml");
        var run = await PromtoolAsync(null, "test", "rules", tests);
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);

        // No alert without a case in which it fires.
        var cases = await File.ReadAllTextAsync(tests, Cancel);
        var alerts = (await File.ReadAllLinesAsync(Repository.Path("deploy/monitoring/alerts.yaml"), Cancel)).Select(static line => line.Trim()).Where(static line => line.StartsWith("- alert: ", StringComparison.Ordinal)).ToList();
        Assert.True(alerts.Count >= 10, $"Only {alerts.Count} alerts were seen.");
        Assert.All(alerts, alert => Assert.Contains($"alertname=\"{alert[9..]}\"", cases, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_server_exposes_is_as_prometheus_wants_it()
    {
        var lint = await PromtoolAsync(await server.ScrapeAsync(), "check", "metrics");
        Assert.True(lint.ExitCode != 1, lint.Output + lint.Errors);

        // 3 is for names that are not by its custom; only those of the runtime and the conventions of OpenTelemetry are none of ours.
        Assert.DoesNotContain("synapse_", lint.Output + lint.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_real_prometheus_scrapes_a_server_by_the_example_and_evaluates_every_rule()
    {
        CopyExample(server.Address.Authority);
        var address = $"127.0.0.1:{FreePort()}";
        _prometheus = Process.Start(Tool.Describe(
            new Dictionary<string, string>(), _folder.Path,
            Tool.Require("prometheus"), $"--config.file={Path.Combine(_folder.Path, "prometheus.yml")}", $"--storage.tsdb.path={Path.Combine(_folder.Path, "tsdb")}", $"--web.listen-address={address}", "--log.level=error"))!;
        _prometheus.StandardInput.Close();

        var up = await QueryAsync(address, "up{job=\"synapse\"} == 1");
        Assert.Equal(server.Address.Authority, up.GetProperty("metric").GetProperty("instance").GetString());
        Assert.Equal("1", (await QueryAsync(address, "max(synapse_health_state{synapse_health_part=\"store\", synapse_state=\"ok\"})")).GetProperty("value")[1].GetString());
        Assert.Equal("12", (await QueryAsync(address, "max(synapse_store_documents)")).GetProperty("value")[1].GetString());
        var rules = await RulesAsync(address);
        Assert.Equal(14, rules.Count);
        Assert.All(rules, static rule => Assert.Equal("ok", rule.GetProperty("health").GetString()));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<JsonElement> QueryAsync(string address, string query)
        => (await UntilAsync(address, $"/api/v1/query?query={Uri.EscapeDataString(query)}", static data => data.GetProperty("result").GetArrayLength() > 0)).GetProperty("result")[0];

    private static async Task<List<JsonElement>> RulesAsync(string address)
        => RulesOf(await UntilAsync(address, "/api/v1/rules", static data => RulesOf(data) is { Count: > 0 } rules && rules.All(static rule => rule.GetProperty("health").GetString() != "unknown")));

    private static List<JsonElement> RulesOf(JsonElement data)
        => [.. data.GetProperty("groups").EnumerateArray().SelectMany(static group => group.GetProperty("rules").EnumerateArray())];

    // Asks until there is an answer; the test's own time limit ends a wait in vain.
    private static async Task<JsonElement> UntilAsync(string address, string path, Func<JsonElement, bool> isThere)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            try
            {
                var data = JsonDocument.Parse(await client.GetStringAsync(new Uri($"http://{address}{path}"), Cancel)).RootElement.GetProperty("data");
                if (isThere(data))
                {
                    return data;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await timer.WaitForNextTickAsync(Cancel);
        }
    }

    private Task<(int ExitCode, string Output, string Errors)> PromtoolAsync(string? input, params string[] arguments)
        => Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, input, [Tool.Require("promtool"), .. arguments]);

    private void CopyExample(string target)
    {
        var example = File.ReadAllText(Repository.Path("deploy/monitoring/prometheus.yml"));
        Assert.Contains("127.0.0.1:3000", example, StringComparison.Ordinal);
        _folder.Write("prometheus.yml", example.Replace("127.0.0.1:3000", target, StringComparison.Ordinal).Replace("15s", "1s", StringComparison.Ordinal));
        _folder.Write("alerts.yaml", File.ReadAllText(Repository.Path("deploy/monitoring/alerts.yaml")));
        _folder.Write("metrics-token", MonitoredServer.Token);
    }
}
