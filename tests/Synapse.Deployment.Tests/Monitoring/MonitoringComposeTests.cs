using System.Text.Json;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.Compose;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Monitoring;

/// <summary>The Compose file that starts Prometheus and Grafana beside one of the others, as Docker Compose understands the two together.</summary>
public sealed class MonitoringComposeTests : IDisposable
{
    private const string Addition = "deploy/monitoring/compose.yml";

    // Where each version was seen to be published.
    private static readonly Dictionary<string, string> s_confirmed = new()
    {
        ["prom/prometheus:v3.5.0"] = "the image of https://github.com/prometheus/prometheus/releases/tag/v3.5.0, a version with long support; used with its digest in public repositories",
        ["grafana/grafana:12.1.0"] = "the image of https://github.com/grafana/grafana/releases/tag/v12.1.0, used in public repositories",
    };

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Files => [.. ComposeFile.Names];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Both_pages_are_on_this_machine_alone_without_rights_and_secrets_are_files(string name)
    {
        var services = (await ReadAsync(name)).GetProperty("services");
        foreach (var watcher in new[] { services.GetProperty("prometheus"), services.GetProperty("grafana") })
        {
            Assert.Contains(watcher.GetProperty("image").GetString()!, s_confirmed);
            Assert.Equal("127.0.0.1", Assert.Single(watcher.GetProperty("ports").EnumerateArray()).GetProperty("host_ip").GetString());
            Assert.Equal("ALL", Assert.Single(watcher.GetProperty("cap_drop").EnumerateArray()).GetString());
            Assert.True(watcher.GetProperty("read_only").GetBoolean());
            Assert.Equal("monitoring", Assert.Single(watcher.GetProperty("networks").EnumerateObject()).Name);
            Assert.True(watcher.TryGetProperty("healthcheck", out _));
            Assert.True(watcher.GetProperty("deploy").GetProperty("resources").GetProperty("limits").TryGetProperty("memory", out _));
            foreach (var volume in watcher.GetProperty("volumes").EnumerateArray().Where(static volume => volume.GetProperty("type").GetString() == "bind"))
            {
                Assert.True(volume.GetProperty("read_only").GetBoolean());
                Assert.True(File.Exists(volume.GetProperty("source").GetString()), volume.GetProperty("source").GetString());
            }
        }

        Assert.Equal("/run/secrets/grafana_admin_password", services.GetProperty("grafana").GetProperty("environment").GetProperty("GF_SECURITY_ADMIN_PASSWORD__FILE").GetString());
        var server = services.GetProperty("synapse").GetProperty("environment");
        Assert.Equal("/run/secrets/metrics_token", server.GetProperty("SYNAPSE_METRICS_TOKEN_FILE").GetString());
        Assert.Equal("synapse,wiki.example.com", server.GetProperty("SYNAPSE__SERVER__ALLOWEDHOSTS").GetString());
        Assert.True(server.GetProperty("DATABASE_URL").GetString()!.Length > 0, "What the first file says is kept.");
    }

    [Fact]
    public async Task Prometheus_takes_the_configuration_and_asks_the_port_of_the_server()
    {
        var content = (await ReadAsync(ComposeFile.Cloud)).GetProperty("configs").GetProperty("prometheus").GetProperty("content").GetString()!;
        Assert.Contains("\"synapse:3456\"", content, StringComparison.Ordinal);
        _folder.Write("token", "x");
        _folder.Write("alerts.yaml", await File.ReadAllTextAsync(Repository.Path("deploy/monitoring/alerts.yaml"), TestContext.Current.CancellationToken));
        var file = _folder.Write("prometheus.yml", content.Replace("/run/secrets/metrics_token", Path.Combine(_folder.Path, "token"), StringComparison.Ordinal));
        var run = await Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, null, Tool.Require("promtool"), "check", "config", file);
        Assert.True(run.ExitCode == 0, run.Output + run.Errors);
    }

    private async Task<JsonElement> ReadAsync(string name)
    {
        var run = await Tool.RunAsync(
            new Dictionary<string, string> { ["PORT"] = "3456", ["ALLOWED_HOSTS"] = "wiki.example.com" }, _folder.Path, null,
            Tool.Require("docker-compose"), "--project-directory", Repository.Path("."), "-f", Repository.Path(name), "-f", Repository.Path(Addition), "config", "--format", "json");
        Assert.True(run.ExitCode == 0, run.Errors);
        return JsonDocument.Parse(run.Output).RootElement;
    }
}
