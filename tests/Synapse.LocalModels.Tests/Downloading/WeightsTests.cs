using System.Runtime.InteropServices;
using Synapse.Errors;
using Synapse.Hubs;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Onnx;
using Synapse.LocalModels.Packing;
using Synapse.LocalModels.Tests.TestSupport;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.Downloading;

/// <summary>A model of which the hub has several weights.</summary>
public sealed class WeightsTests : IAsyncDisposable
{
    private const string Quantized = "onnx/model_quantized.onnx";

    private readonly HubBench _bench = new();

    public WeightsTests()
    {
        _bench.Source.WriteWeights("model_quantized.onnx", new EncoderShape { Quantized = true });
        _bench.Model.Files[Quantized] = File.ReadAllBytes(Path.Combine(_bench.Source.Path, Quantized));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Theory]
    [InlineData("int8")]
    [InlineData("model_quantized.onnx")]
    public async Task Chosen_weights_alone_are_fetched_and_run_without_another_setting(string choice)
    {
        var (completed, _) = await PullAsync(choice);

        Assert.Equal([Quantized], completed.Model.Lock!.Weights);
        Assert.False(File.Exists(Path.Combine(_bench.Folder, HubBench.Weights)));
        Assert.Equal(_bench.Model.Files[Quantized].Length, _bench.Hub.StorageBytes);
        Assert.Equal(Quantized, await RunningAsync());
        Assert.Equal(_bench.Folder, _bench.Store.Find(HubBench.Id));
    }

    [Fact]
    public async Task Other_weights_are_added_and_those_that_came_first_go_on_running()
    {
        await PullAsync("int8");
        var sent = _bench.Hub.StorageBytes;
        var (completed, _) = await PullAsync("fp32");

        Assert.Equal(_bench.Model.Files[HubBench.Weights].Length, _bench.Hub.StorageBytes - sent);
        Assert.Equal([Quantized, HubBench.Weights], completed.Model.Lock!.Weights);
        Assert.True((await _bench.Store.VerifyAsync(HubBench.Name, Cancel)).IsWhole);
        Assert.Equal(Quantized, await RunningAsync());
        Assert.Equal(HubBench.Weights, await RunningAsync("model.onnx"));
        Assert.False((await PullAsync(null)).Completed.Changed);
    }

    [Fact]
    public async Task Plain_weights_that_came_first_go_on_running_when_others_are_added()
    {
        await PullAsync(null);
        var (completed, _) = await PullAsync("int8");

        Assert.Equal([HubBench.Weights, Quantized], completed.Model.Lock!.Weights);
        Assert.Null(completed.Model.Lock.DefaultWeights);
        Assert.Equal(HubBench.Weights, await RunningAsync());
        Assert.Equal(Quantized, await RunningAsync("model_quantized.onnx"));
    }

    [Fact]
    public async Task An_update_keeps_the_weights_that_are_here_and_fetches_none_that_did_not_change()
    {
        await PullAsync("int8");
        await PullAsync("fp32");
        var sent = _bench.Hub.StorageBytes;
        _bench.Model.Files["README.md"] = "newer"u8.ToArray();
        var (completed, _) = await _bench.PullAsync(new PullRequest(HubBench.Id, Update: true));

        Assert.Equal(_bench.Model.Commit, completed.Model.Lock!.Commit);
        Assert.Equal([Quantized, HubBench.Weights], completed.Model.Lock.Weights);
        Assert.Equal(sent, _bench.Hub.StorageBytes);
    }

    [Fact]
    public async Task An_update_to_a_commit_without_the_weights_takes_the_plain_ones()
    {
        await PullAsync("int8");
        _bench.Model.Files.Remove(Quantized);
        var (completed, _) = await _bench.PullAsync(new PullRequest(HubBench.Id, Update: true));

        Assert.Equal([HubBench.Weights], completed.Model.Lock!.Weights);
        Assert.Equal(HubBench.Weights, await RunningAsync());
    }

    [Theory]
    [InlineData("fp16", "model_fp16.onnx")]
    [InlineData("model_q4.onnx", "model_q4.onnx")]
    [InlineData("../config.json", "config.json")]
    [InlineData("pytorch_model.bin", "pytorch_model.bin")]
    public async Task Weights_that_the_hub_does_not_have_are_named_beside_those_that_it_has(string choice, string named)
    {
        var refused = await Assert.ThrowsAsync<ModelNotOnHubException>(() => PullAsync(choice));

        Assert.Contains(named, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"The hub has {HubBench.Weights}, {Quantized}; name one of them with --weights", refused.Message, StringComparison.Ordinal);
        Assert.Single(_bench.Hub.Requests);
    }

    [Fact]
    public async Task A_model_without_plain_weights_is_fetched_when_others_are_chosen()
    {
        _bench.Model.Files.Remove(HubBench.Weights);
        var refused = await Assert.ThrowsAsync<ModelNotOnHubException>(() => PullAsync(null));
        Assert.Contains(Quantized, refused.Message, StringComparison.Ordinal);

        await PullAsync("model_quantized.onnx");
        Assert.Equal(Quantized, await RunningAsync());
    }

    [Fact]
    public async Task A_setting_chooses_among_the_weights_that_are_here()
    {
        await PullAsync("int8");
        await PullAsync("fp32");

        async Task<string> SpaceAsync(string? weights)
        {
            await using var embedder = new DeferredEmbedder(HubBench.Id, new LocalModelOptions { Embedding = HubBench.Id, EmbeddingWeights = weights }, _bench.Store);
            return (await embedder.GetSpaceAsync(Cancel)).Fingerprint;
        }

        Assert.Contains(HubModel.Sha256(_bench.Model.Files[Quantized]), await SpaceAsync(null), StringComparison.Ordinal);
        Assert.Contains(HubModel.Sha256(_bench.Model.Files[HubBench.Weights]), await SpaceAsync("model.onnx"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_carries_which_weights_run()
    {
        await PullAsync("int8");
        await PullAsync("fp32");
        await new ModelBundle(_bench.Store).WriteAsync([HubBench.Name], _bench["out.tar.gz"], Cancel);
        _bench.Store.Remove(HubBench.Name);
        await _bench.Import.RunAsync(_bench["out.tar.gz"], null, Cancel);

        Assert.Equal(Quantized, await RunningAsync());
    }

    [Fact]
    public async Task The_only_weights_of_a_folder_without_a_lock_run()
    {
        await PullAsync("int8");
        File.Delete(Path.Combine(_bench.Folder, ModelLock.FileName));

        Assert.Equal(Quantized, await RunningAsync());
    }

    [Fact]
    public async Task A_lock_whose_chosen_weights_are_not_among_its_files_is_none()
    {
        var (completed, _) = await PullAsync("int8");
        var bytes = completed.Model.Lock!.ToBytes();
        Assert.NotNull(ModelLock.Parse(bytes));

        Assert.Null(ModelLock.Parse((completed.Model.Lock with { DefaultWeights = "onnx/model_fp16.onnx" }).ToBytes()));
        Assert.Null(ModelLock.Parse((completed.Model.Lock with { DefaultWeights = "config.json" }).ToBytes()));
    }

    [Theory]
    [InlineData("int8", Architecture.X64, true, "model_quantized.onnx, model_int8.onnx, model_qint8_avx512_vnni.onnx, model_qint8_avx512.onnx, model_quint8_avx2.onnx, model_uint8.onnx")]
    [InlineData("int8", Architecture.X64, false, "model_quantized.onnx, model_int8.onnx, model_quint8_avx2.onnx, model_uint8.onnx")]
    [InlineData("int8", Architecture.Arm64, false, "model_quantized.onnx, model_int8.onnx, model_qint8_arm64.onnx, model_uint8.onnx")]
    [InlineData("fp16", Architecture.X64, true, "model_fp16.onnx")]
    [InlineData("fp32", Architecture.Arm64, false, "model.onnx")]
    [InlineData("model.onnx", Architecture.X64, false, null)]
    public void A_precision_stands_for_the_files_that_this_processor_can_run(string precision, Architecture processor, bool hasAvx512, string? names)
        => Assert.Equal(names, WeightsChoice.NamesOf(precision, processor, hasAvx512) is { } found ? string.Join(", ", found) : null);

    private Task<(PullCompleted Completed, List<PullEvent> Events)> PullAsync(string? weights) => _bench.PullAsync(new PullRequest(HubBench.Id, Weights: weights));

    /// <summary>Loads the model, embeds with it, and tells by their digest which weights ran.</summary>
    private async Task<string> RunningAsync(string? weights = null)
    {
        await using var model = SentenceModel.Load(_bench.Folder, new SentenceModelOptions { Weights = weights });
        var embedding = new float[model.Dimensions];
        await model.EmbedAsync(["the red cat".AsMemory()], TextSide.Plain, embedding, Cancel);
        Assert.Contains(embedding, static number => number != 0);
        return _bench.Model.Files.Single(file => HubModel.Sha256(file.Value) == model.WeightsSha256).Key;
    }
}
