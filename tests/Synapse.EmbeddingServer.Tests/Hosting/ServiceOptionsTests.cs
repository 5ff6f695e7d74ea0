using System.Net;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Tests.TestSupport;
using Synapse.LocalModels.Onnx;

namespace Synapse.EmbeddingServer.Tests.Hosting;

public sealed class ServiceOptionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_that_is_wrong_is_told_together_with_its_key()
    {
        string[] expected = ["MODEL_NAME", "PORT", "DEVICE", "BATCH_SIZE", "HOST", "API_KEY_FILE", "SYNAPSE_EMBEDDING_MAX_INPUTS", "SYNAPSE_EMBEDDING_MAX_INPUT", "SYNAPSE_EMBEDDING_ALLOWED_HOSTS"];
        var (_, faults) = Read(
            ("MODEL_NAME", "no-such-model"), ("MODELS_FOLDER", _folder.Path), ("PORT", "70000"), ("DEVICE", "tpu"), ("BATCH_SIZE", "0"), ("HOST", "my-machine"),
            ("API_KEY_FILE", _folder["missing"]), ("SYNAPSE_EMBEDDING_MAX_INPUTS", "many"), ("SYNAPSE_EMBEDDING_MAX_INPUT", "5"), ("SYNAPSE_EMBEDDING_ALLOWED_HOSTS", "a b"));

        Assert.Equal(expected.Order(), faults.Select(fault => fault.Split(':')[0]).Order());
        Assert.Contains(faults, fault => fault.Contains("no-such-model", StringComparison.Ordinal) && fault.Contains(_folder.Path, StringComparison.Ordinal) && fault.Contains("onnx/model.onnx", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("*")]
    [InlineData("192.0.2.1")]
    public void An_address_that_others_reach_needs_a_key(string host)
    {
        Assert.Contains(Read(("HOST", host)).Faults, fault => fault.StartsWith("HOST:", StringComparison.Ordinal) && fault.Contains("API_KEY", StringComparison.Ordinal));
        Assert.DoesNotContain(Read(("HOST", host), ("API_KEY", "secret")).Faults, fault => fault.StartsWith("HOST", StringComparison.Ordinal));
    }

    [Fact]
    public void Models_are_found_by_path_and_by_name_below_their_folder()
    {
        Directory.CreateDirectory(_folder["one"]);
        Directory.CreateDirectory(_folder["org/two"]);
        Directory.CreateDirectory(_folder["three"]);

        var (options, faults) = Read(("MODEL_NAME", $"{_folder["one"]}/, org/two, org/three"), ("MODELS_FOLDER", _folder.Path));

        Assert.Empty(faults);
        Assert.Equal([("one", _folder["one"]), ("org/two", _folder["org/two"]), ("org/three", _folder["three"])], options.Models.Select(model => (model.Name, model.Folder)));
        Assert.Contains(Read(("MODEL_NAME", "../one"), ("MODELS_FOLDER", _folder["org"])).Faults, fault => fault.StartsWith("MODEL_NAME: '../one'", StringComparison.Ordinal));
        Assert.Contains(Read(("MODEL_NAME", $"{_folder["one"]},{_folder["one"]}")).Faults, fault => fault.Contains("two models", StringComparison.Ordinal));
    }

    [Fact]
    public void What_is_set_is_taken_and_the_rest_has_its_default()
    {
        Directory.CreateDirectory(_folder["one"]);
        File.WriteAllText(_folder["key"], "the-key\n");
        var (options, faults) = Read(
            ("MODEL_NAME", _folder["one"]), ("HOST", "::1"), ("PORT", "9000"), ("DEVICE", "CPU"), ("BATCH_SIZE", "16"), ("API_KEY_FILE", _folder["key"]),
            ("SYNAPSE_EMBEDDING_QUERY_PREFIX", "query: "), ("SYNAPSE_EMBEDDING_MAX_REQUEST_TOKENS", "1000"));

        Assert.Empty(faults);
        Assert.Equal((IPAddress.IPv6Loopback, 9_000, OnnxDevice.Cpu, 16, "query: ", 1_000, 2_048), (options.Address, options.Port, options.Device, options.BatchSize, options.QueryPrefix, options.MaxRequestTokens, options.MaxInputs));
        Assert.True(options.IsLoopback);
        Assert.True(options.Key!.Matches("the-key"));
        Assert.Equal((8_081, null, null), (new ServiceOptions().Port, new ServiceOptions().Address, new ServiceOptions().Key));
    }

    [Fact]
    public void The_batch_size_counts_inputs_of_the_models_full_length()
    {
        var source = TestModels.WriteEmbedder(_folder);

        // 16 inputs of 64 tokens each.
        Assert.Equal(1_024, OnnxModelLoader.BatchTokens(new ServiceOptions { BatchSize = 16 }, source));
        Assert.Equal(300, OnnxModelLoader.BatchTokens(new ServiceOptions { BatchTokens = 300 }, source));
        Assert.Null(OnnxModelLoader.BatchTokens(new ServiceOptions(), source));
        Assert.Contains(Read(("BATCH_SIZE", "2"), ("SYNAPSE_EMBEDDING_BATCH_TOKENS", "2")).Faults, fault => fault.StartsWith("BATCH_SIZE, SYNAPSE_EMBEDDING_BATCH_TOKENS:", StringComparison.Ordinal));
    }

    [Fact]
    public void The_help_and_the_page_describe_every_setting()
    {
        var (help, page) = (HelpText.Write(), File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hosting", "embedding-server.md")));

        Assert.True(ServiceSetting.All.Count >= 15, $"Only {ServiceSetting.All.Count} settings were seen.");
        Assert.All(ServiceSetting.All, setting =>
        {
            Assert.Contains($"{setting.Variable}={setting.Value}", help, StringComparison.Ordinal);
            Assert.Contains($"| `{setting.Variable}`{(setting.Option is null ? "" : $", `{setting.Option}`")} |", page, StringComparison.Ordinal);
        });
        Assert.All(help.Split('\n'), line => Assert.InRange(line.Length, 0, 140));
    }

    private static (ServiceOptions Options, List<string> Faults) Read(params (string Key, string Value)[] settings)
    {
        var faults = new List<string>();
        var options = new ServiceOptionsReader(settings.ToDictionary(setting => setting.Key, setting => setting.Value), faults).Read();
        return (options, faults);
    }
}
