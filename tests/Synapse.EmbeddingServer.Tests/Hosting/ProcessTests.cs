using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Tests.TestSupport;

namespace Synapse.EmbeddingServer.Tests.Hosting;

public sealed partial class ProcessTests(ServiceFixture fixture) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_program_starts_answers_and_stops_when_it_is_told_to_and_logs_no_text()
    {
        TestModels.WriteEmbedder(_folder);

        // Variables that would change any other server of ASP.NET change nothing here.
        using var process = new ServiceProcess(_folder.Path, [("MODELS_FOLDER", _folder.Path), ("ASPNETCORE_URLS", "http://0.0.0.0:1")], "--model", TestModels.Embedder, "--port=0");
        var address = Address().Match(await process.ReadUntilAsync("Listening on") ?? "").Value;
        Assert.NotNull(await process.ReadUntilAsync("Loaded the model"));
        Assert.NotNull(await process.ReadUntilAsync("Ready"));

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address) };
        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative), Cancellation);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        using var content = new StringContent("""{"input": "a-secret-text"}""", Encoding.UTF8, "application/json");
        using var embeddings = await client.PostAsync(new Uri("/v1/embeddings", UriKind.Relative), content, Cancellation);
        Assert.Single((await Reply.ReadAsync(embeddings)).Embeddings);
        using var wrong = new StringContent("""{"input": [["a-secret-text"]]}""", Encoding.UTF8, "application/json");
        using var refused = await client.PostAsync(new Uri("/v1/embeddings", UriKind.Relative), wrong, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);

        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        var (exitCode, output, errors) = await process.EndAsync();
        Assert.True(exitCode == 0, errors);
        Assert.Equal("", output);
        Assert.Contains("/v1/embeddings failed: 400 invalid_value", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret-text", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_probe_says_whether_the_service_of_its_settings_is_ready()
    {
        var port = new Uri(fixture.Service.Address).Port;
        TestModels.WriteEmbedder(_folder);
        string[] settings = ["--model", _folder[TestModels.Embedder], $"--port={port}"];

        using var ready = new ServiceProcess(_folder.Path, [], [.. settings, "--health"]);
        Assert.Equal((0, "ready\n", ""), await ready.EndAsync());

        // A service that listens everywhere is asked on loopback.
        using var everywhere = new ServiceProcess(_folder.Path, [("API_KEY", new string('k', 40))], [.. settings, "--host", "0.0.0.0", "--health"]);
        Assert.Equal((0, "ready\n", ""), await everywhere.EndAsync());

        using var nobody = new ServiceProcess(_folder.Path, [], "--model", _folder[TestModels.Embedder], "--port=1", "--health");
        var (exitCode, output, errors) = await nobody.EndAsync();
        Assert.Equal((1, "", "synapse-embedding-server: no service answers at 127.0.0.1:1 (ConnectionRefused)\n"), (exitCode, output, errors));
    }

    [Fact]
    public async Task The_probe_of_a_service_that_still_loads_says_so()
    {
        var options = new ServiceOptions { Models = [TestModels.WriteEmbedder(_folder)] };
        await using var loading = await RunningService.ListenAsync(options, new GatedModelLoader(new OnnxModelLoader(options, TimeProvider.System)));
        using var probe = new ServiceProcess(_folder.Path, [], "--model", _folder[TestModels.Embedder], $"--port={new Uri(loading.Address).Port}", "--health");
        var (exitCode, _, errors) = await probe.EndAsync();
        Assert.Equal(1, exitCode);
        Assert.Contains("is not ready: HTTP/1.1 503", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_end_it_with_2_and_name_every_fault_without_a_stack_trace()
    {
        using var process = new ServiceProcess(_folder.Path, [("BATCH_SIZE", "none"), ("HOST", "0.0.0.0")], "--device", "tpu", "--colour=red", "--port");
        var (exitCode, output, errors) = await process.EndAsync();

        Assert.Equal((2, ""), (exitCode, output));
        Assert.All(["BATCH_SIZE: 'none'", "HOST: ", "DEVICE: 'tpu'", "--colour: there is no such option", "--port: its value is missing", "MODEL_NAME / --model: "], words => Assert.Contains(words, errors, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
        Assert.All(errors.TrimEnd().Split('\n'), line => Assert.StartsWith("synapse-embedding-server: ", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_model_that_cannot_be_loaded_ends_it_with_3_and_names_the_file()
    {
        TestModels.WriteEmbedder(_folder);
        await File.WriteAllTextAsync(_folder[$"{TestModels.Embedder}/onnx/model.onnx"], "these are no weights", Cancellation);

        using var process = new ServiceProcess(_folder.Path, [], "--model", _folder[TestModels.Embedder], "--port=0");
        var (exitCode, _, errors) = await process.EndAsync();

        Assert.Equal(3, exitCode);
        Assert.Contains("synapse-embedding-server: the model 'tiny-embedder' cannot be loaded", errors, StringComparison.Ordinal);
        Assert.Contains("model.onnx", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_ends_it_with_2()
    {
        TestModels.WriteEmbedder(_folder);
        var port = new Uri(fixture.Service.Address).Port;

        using var process = new ServiceProcess(_folder.Path, [("PORT", $"{port}")], "--model", _folder[TestModels.Embedder]);
        var (exitCode, _, errors) = await process.EndAsync();

        Assert.Equal((2, $"synapse-embedding-server: PORT / --port: port {port} is in use by another program. Choose another, or stop that program."), (exitCode, errors.Trim()));
    }

    [Fact]
    public async Task The_help_and_the_version_need_no_settings()
    {
        using var help = new ServiceProcess(_folder.Path, [], "--help");
        var (helpCode, text, _) = await help.EndAsync();
        using var version = new ServiceProcess(_folder.Path, [], "--version");
        var (versionCode, number, _) = await version.EndAsync();

        Assert.Equal((0, 0), (helpCode, versionCode));
        Assert.Contains("MODEL_NAME=MODEL[,...], --model", text, StringComparison.Ordinal);
        Assert.StartsWith("synapse-embedding-server 0.", number, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
