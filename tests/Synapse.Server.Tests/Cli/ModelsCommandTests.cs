using System.Net;
using System.Net.Http.Json;
using Synapse.Hubs;
using Synapse.LocalModels.Onnx;
using Synapse.Server.Tests.TestSupport;
using Synapse.TinyModels;

namespace Synapse.Server.Tests.Cli;

/// <summary><c>synapse models</c> as a process, against a hub on this machine.</summary>
public sealed class ModelsCommandTests : IAsyncDisposable
{
    private const string Id = "owner/tiny";
    private const string Name = "owner--tiny";
    private readonly TemporaryFolder _folder = new();
    private readonly HubModel _model;
    private readonly FakeHub _hub;

    public ModelsCommandTests()
    {
        _model = HubModel.Of(Id, TinyModelFolder.WriteSentenceModel(Path.Combine(_folder.Path, "source"), new EncoderShape()).Path);
        _hub = FakeHub.Start(_model);
        _folder.Write("work/.env", $"HF_ENDPOINT={_hub.Address}\nSYNAPSE__MODELS__DOWNLOADHOSTS={_hub.StorageHost}\n");
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Data => Path.Combine(_folder.Path, "data");

    private byte[] Weights => _model.Files["onnx/model.onnx"];

    public async ValueTask DisposeAsync()
    {
        await _hub.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_model_is_pulled_verified_bundled_removed_and_imported_on_another_machine_that_is_offline()
    {
        var pulled = await RunAsync(Data, "models", "pull", Id, "--json");
        Assert.Equal((0, ""), (pulled.ExitCode, pulled.Errors));
        Assert.Equal(_model.Commit, pulled.Json.GetProperty("models")[0].GetProperty("model").GetProperty("installed").GetProperty("commit").GetString());

        // Each request stands in the ledger, with its host and why.
        var ledger = (await RunAsync(Data, "egress", "--json", "--limit", "100")).Json.GetProperty("entries").EnumerateArray().ToArray();
        Assert.Equal(_hub.Requests.Count, ledger.Length);
        Assert.All(ledger, entry => Assert.Equal(("models", "models", "loopback"), (entry.GetProperty("purpose").GetString(), entry.GetProperty("provider").GetString(), entry.GetProperty("reach").GetString())));
        Assert.Contains(ledger, entry => entry.GetProperty("host").GetString() == _hub.StorageHost);

        var verified = await RunAsync(Data, "models", "verify");
        Assert.Equal((0, ""), (verified.ExitCode, verified.Errors));
        Assert.Contains("whole", verified.Output, StringComparison.Ordinal);
        var bundle = Path.Combine(_folder.Path, "models.tar.gz");
        Assert.Equal(0, (await RunAsync(Data, "models", "bundle", Id, "--output", bundle)).ExitCode);
        Assert.Equal(0, (await RunAsync(Data, "models", "remove", Id)).ExitCode);
        var gone = await RunAsync(Data, "models", "path", Id);
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains($"synapse models pull", gone.Errors, StringComparison.Ordinal);

        var requests = _hub.Requests.Count;
        var elsewhere = Path.Combine(_folder.Path, "elsewhere");
        _folder.Write("work/.env", "SYNAPSE_OFFLINE=true\n");
        var refused = await RunAsync(elsewhere, "models", "pull", "all-MiniLM-L6-v2", "--json");
        Assert.Equal((3, "egress_refused"), (refused.ExitCode, refused.Json.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("synapse models import", refused.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Empty((await RunAsync(elsewhere, "egress", "--json")).Json.GetProperty("totals").EnumerateArray());
        var imported = await RunAsync(elsewhere, "models", "import", bundle);
        Assert.Equal((0, ""), (imported.ExitCode, imported.Errors));
        Assert.Equal(0, (await RunAsync(elsewhere, "models", "verify", Name)).ExitCode);
        var path = (await RunAsync(elsewhere, "models", "path", Id)).Output.Trim();
        await using (var model = SentenceModel.Load(path))
        {
            Assert.Equal(new EncoderShape().Hidden, model.Dimensions);
        }

        await File.AppendAllTextAsync(Path.Combine(path, "vocab.txt"), "x", Cancel);
        var damaged = await RunAsync(elsewhere, "models", "verify", "--json");
        Assert.Equal(1, damaged.ExitCode);
        Assert.False(damaged.Json.GetProperty("whole").GetBoolean());
        Assert.Equal(requests, _hub.Requests.Count);
    }

    [Fact]
    public async Task Other_weights_are_pulled_beside_those_that_are_here_and_listed()
    {
        _model.Files["onnx/model_int8.onnx"] = Weights;
        var first = await RunAsync(Data, "models", "pull", Id, "--weights", "int8");
        Assert.Equal((0, ""), (first.ExitCode, first.Errors));
        Assert.DoesNotContain("model.onnx", first.Output, StringComparison.Ordinal);

        var second = await RunAsync(Data, "models", "pull", Id, "--weights", "model.onnx", "--json");
        Assert.Equal((0, ""), (second.ExitCode, second.Errors));
        var installed = second.Json.GetProperty("models")[0].GetProperty("model").GetProperty("installed");
        Assert.Equal(["onnx/model_int8.onnx", "onnx/model.onnx"], installed.GetProperty("weights").EnumerateArray().Select(path => path.GetString()!));
        Assert.Contains("model_int8.onnx and model.onnx (the first runs without a setting)", (await RunAsync(Data, "models", "list")).Output, StringComparison.Ordinal);

        var missing = await RunAsync(Data, "models", "pull", Id, "--weights", "fp16");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("model_fp16.onnx", missing.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_of_an_authority_of_the_company_is_trusted_when_its_file_is_named_and_refused_before()
    {
        using var authority = HubAuthority.Create(TimeProvider.System.GetUtcNow());
        await using var hub = FakeHub.Start(authority, _model);
        var settings = $"HF_ENDPOINT={hub.Address}\nSYNAPSE__MODELS__DOWNLOADHOSTS={hub.StorageHost}\n";
        _folder.Write("work/.env", settings);
        var refused = await RunAsync(Data, "models", "pull", Id, "--json");
        Assert.Equal((3, "model_hub_failed"), (refused.ExitCode, refused.Json.GetProperty("error").GetProperty("code").GetString()));
        var message = refused.Json.GetProperty("error").GetProperty("message").GetString();
        Assert.Contains("No secure connection to", message, StringComparison.Ordinal);
        Assert.Contains("Synapse:Egress:CaFile", message, StringComparison.Ordinal);
        Assert.Empty(hub.Requests);

        var file = _folder.Write("company.pem", authority.Root.ExportCertificatePem());
        _folder.Write("data/.env", $"SYNAPSE__EGRESS__CAFILE={file}\n");
        var pulled = await RunAsync(Data, "models", "pull", Id);
        Assert.Equal((0, ""), (pulled.ExitCode, pulled.Errors));
        Assert.Equal(0, (await RunAsync(Data, "models", "verify", Id)).ExitCode);
        Assert.Contains(hub.Requests, static request => request.IsStorage);
    }

    [Fact]
    public async Task A_killed_pull_leaves_no_model_and_the_next_one_fetches_only_the_rest()
    {
        var paused = new TaskCompletionSource();
        var half = Weights.Length / 2;
        _hub.Change = (request, reply) => request.IsStorage ? reply with { PauseAfter = half, Paused = paused, Resume = new TaskCompletionSource().Task } : reply;
        using (var killed = CommandLineRun.LaunchIn(Path.Combine(_folder.Path, "work"), Data, "models", "pull", Id))
        {
            await paused.Task.WaitAsync(Cancel);
            var part = Path.Combine(Data, "models", ".incoming", Name, _model.Commit, "onnx", "model.onnx.part");
            while (!File.Exists(part) || new FileInfo(part).Length < half)
            {
                await Task.Yield();
            }

            killed.Kill();
            await killed.WaitForExitAsync(Cancel);
        }

        var listed = (await RunAsync(Data, "models", "list", "--json")).Json.GetProperty("models").EnumerateArray();
        Assert.All(listed, model => Assert.Equal(System.Text.Json.JsonValueKind.Null, model.GetProperty("installed").ValueKind));
        Assert.Equal(1, (await RunAsync(Data, "models", "path", Id)).ExitCode);

        _hub.Change = static (_, reply) => reply;
        var sent = _hub.StorageBytes;
        var pulled = await RunAsync(Data, "models", "pull", Id, "--json");
        Assert.Equal((0, ""), (pulled.ExitCode, pulled.Errors));
        Assert.Equal(Weights.Length - half, _hub.StorageBytes - sent);
        Assert.Equal(Weights.Length - half, pulled.Json.GetProperty("models")[0].GetProperty("bytesReceived").GetInt64());
        Assert.Equal(0, (await RunAsync(Data, "models", "verify", Id)).ExitCode);
    }

    [Theory]
    [InlineData(2, "models")]
    [InlineData(2, "models", "frobnicate")]
    [InlineData(2, "models", "pull")]
    [InlineData(2, "models", "pull", "--fast")]
    [InlineData(1, "models", "pull", "no-such-model")]
    [InlineData(1, "models", "verify", "bge-small-en-v1.5")]
    [InlineData(1, "models", "remove", "bge-small-en-v1.5")]
    [InlineData(2, "models", "import", "/no/such/file")]
    public async Task A_wrong_call_says_what_is_wrong(int exitCode, params string[] arguments)
    {
        var run = await RunAsync(Data, arguments);
        Assert.DoesNotContain("credential", run.Errors, StringComparison.Ordinal);
        Assert.Equal((exitCode, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("synapse: ", run.Errors, StringComparison.Ordinal);
        Assert.Single(run.Errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_key_of_the_user_does_not_go_to_a_hub_that_the_current_folder_names()
    {
        _folder.Write("data/.env", "HF_TOKEN=hf_mine\n");
        var run = await RunAsync(Data, "models", "pull", Id);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("HF_ENDPOINT stands in the current folder, and HF_TOKEN does not", run.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("hf_mine", run.Errors, StringComparison.Ordinal);
        Assert.Empty(_hub.Requests);
    }

    [Theory]
    [InlineData("HF_ENDPOINT=http://hub.example", "HF_ENDPOINT: models come from the internet only encrypted")]
    [InlineData("SYNAPSE__MODELS__HUB=ftp://hub.example", "Synapse:Models:Hub: it is not the http or https address of a hub")]
    [InlineData("SYNAPSE__MODELS__DOWNLOADHOSTS=https://cdn.example", "Synapse:Models:DownloadHosts: 'https://cdn.example' is no host")]
    [InlineData("SYNAPSE__MODELS__FOLDER=models", "Synapse:Models:Folder: 'models' is not an absolute path")]
    [InlineData("SYNAPSE__MODELS__MAXMODELBYTES=1", "Synapse:Models:MaxModelBytes: '1' is not a number from")]
    [InlineData("SYNAPSE__MODELS__PROXY=http://proxy", "Synapse:Models:PROXY: there is no such setting")]
    public async Task A_wrong_setting_is_told_with_its_key(string setting, string message)
    {
        _folder.Write("work/.env", setting + "\n");
        var run = await RunAsync(Data, "models", "list");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(message, run.Errors, StringComparison.OrdinalIgnoreCase);
    }

    private Task<CommandLineRun> RunAsync(string data, params string[] arguments) => CommandLineRun.StartInAsync(Path.Combine(_folder.Path, "work"), data, arguments);
}

/// <summary>What names files of the server's machine is not taken over the network.</summary>
public sealed class ModelDoorTests(RunningServer server)
{
    [Theory]
    [InlineData("/api/v1/models/import", """{"path":"/etc"}""")]
    [InlineData("/api/v1/models/bundle", """{"models":["x"],"output":"/tmp/x"}""")]
    public async Task Paths_are_refused_over_the_network_even_with_the_token(string path, string body)
    {
        using var client = server.Program();
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        var problem = await response.Content.ReadFromJsonAsync<Contracts.ProblemResponse>(TestContext.Current.CancellationToken);
        Assert.Equal("forbidden", problem!.Code);
        Assert.Contains("Unix socket", problem.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_catalogue_is_listed_with_what_is_known_of_each_model()
    {
        var list = await server.Client.ListModelsAsync(TestContext.Current.CancellationToken);
        Assert.True(list.Models.Count >= 10, $"Only {list.Models.Count} models were seen.");
        Assert.All(list.Models, model => Assert.True(model is { HubId: not null, Licence: not null, MaxTokens: > 0, WeightsBytes: > 0, GoodFor.Length: > 0 } && (model.Kind == "reranker") == (model.Dimensions is null)));
        Assert.Equal(Path.Combine(server.DataPath, "models"), list.Folder);
    }
}
