using System.Text.Json;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Compose;

/// <summary>Docker Compose itself reads the files: it checks them against the specification's schema, and puts variables in. No engine is needed for that.</summary>
public sealed class DockerComposeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ComposeFile.Cloud, "", "postgres,synapse")]
    [InlineData(ComposeFile.Local, "", "embedding,postgres,synapse")]
    [InlineData(ComposeFile.Local, "llamacpp", "embedding,llamacpp,postgres,synapse")]
    [InlineData(ComposeFile.Local, "llamacpp-gpu", "embedding,llamacpp-gpu,postgres,synapse")]
    [InlineData(ComposeFile.Local, "vllm", "embedding,postgres,synapse,vllm")]
    [InlineData(ComposeFile.Local, "ollama", "embedding,ollama,postgres,synapse")]
    [InlineData(ComposeFile.Local, "setup", "embedding,models,postgres,synapse")]
    public async Task A_file_is_valid_and_is_understood_as_these_tests_understand_it(string name, string profile, string services)
    {
        var (exitCode, output, errors) = await RunAsync(Repository.Path(name), $"COMPOSE_PROFILES={profile}\nPORT=3456\n", "config", "--format", "json");
        Assert.Equal((0, ""), (exitCode, errors));

        var theirs = JsonDocument.Parse(output).RootElement.GetProperty("services");
        Assert.Equal(services.Split(','), theirs.EnumerateObject().Select(service => service.Name).Order(StringComparer.Ordinal));
        var ours = ComposeFile.Read(name, new Dictionary<string, string> { ["PORT"] = "3456" });
        Assert.All(theirs.EnumerateObject(), service => AssertSame(service.Value, ours.Service(service.Name)));
    }

    [Fact]
    public async Task A_file_that_breaks_the_specification_is_refused()
    {
        var planted = _folder.Write("docker-compose.yml", "services:\n  synapse:\n    image: x:1\n    helthcheck: {}\n");
        var (exitCode, _, errors) = await RunAsync(planted, "", "config", "--quiet");
        Assert.NotEqual(0, exitCode);
        Assert.Contains("helthcheck", errors, StringComparison.Ordinal);
    }

    private static void AssertSame(JsonElement theirs, ComposeService ours)
    {
        Assert.Equal(ours.Image, theirs.GetProperty("image").GetString());
        Assert.Equal(ours.Command, Words(theirs, "command"));
        Assert.Equal(ours.Entrypoint, Words(theirs, "entrypoint"));
        if (ours.HealthCheck.Count > 0)
        {
            Assert.Equal(["CMD", .. ours.HealthCheck], Words(theirs.GetProperty("healthcheck"), "test"));
        }

        var environment = theirs.TryGetProperty("environment", out var variables) ? variables.EnumerateObject().ToDictionary(variable => variable.Name, variable => variable.Value.GetString()!) : [];
        Assert.Equal(ours.Environment.OrderBy(pair => pair.Key, StringComparer.Ordinal), environment.OrderBy(pair => pair.Key, StringComparer.Ordinal));
        Assert.Equal(ours.Networks.Keys.Order(StringComparer.Ordinal), theirs.GetProperty("networks").EnumerateObject().Select(network => network.Name).Order(StringComparer.Ordinal));
    }

    private static string[] Words(JsonElement element, string name)
        => element.TryGetProperty(name, out var words) && words.ValueKind == JsonValueKind.Array ? [.. words.EnumerateArray().Select(word => word.GetString()!.Replace("$$", "$", StringComparison.Ordinal))] : [];

    private async Task<(int ExitCode, string Output, string Errors)> RunAsync(string file, string settings, params string[] arguments)
    {
        var environment = _folder.Write("compose.env", settings);
        return await Tool.RunAsync(new Dictionary<string, string>(), _folder.Path, null, [Tool.Require("docker-compose"), "--env-file", environment, "-f", file, .. arguments]);
    }
}
