using System.Security.Cryptography;
using System.Text.Json;
using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Serving;
using Synapse.EmbeddingServer.Tests.TestSupport;
using Synapse.TinyModels;

namespace Synapse.EmbeddingServer.Tests.Features;

public sealed class ModelListTests(ServiceFixture fixture)
{
    [Fact]
    public async Task The_models_are_listed_with_what_they_take()
    {
        var list = (await fixture.Service.GetAsync("/v1/models")).Json;
        var (embedder, reranker) = (list.GetProperty("data")[0], list.GetProperty("data")[1]);

        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal(
            (TestModels.Embedder, "model", "synapse", "embedding", TestModels.Dimensions, TestModels.MaxTokens, 2_048, "cpu", true),
            (embedder.GetProperty("id").GetString(), embedder.GetProperty("object").GetString(), embedder.GetProperty("owned_by").GetString(), embedder.GetProperty("kind").GetString(),
                embedder.GetProperty("dimensions").GetInt32(), embedder.GetProperty("max_input_tokens").GetInt32(), embedder.GetProperty("max_batch_inputs").GetInt32(),
                embedder.GetProperty("device").GetString(), embedder.GetProperty("normalized").GetBoolean()));
        Assert.All((JsonElement[])[embedder, reranker], model => Assert.Equal(SHA256.HashSizeInBytes * 2, model.GetProperty("sha256").GetString()!.Length));
        Assert.NotEqual(embedder.GetProperty("sha256").GetString(), reranker.GetProperty("sha256").GetString());
        Assert.Equal((TestModels.Reranker, "rerank", "cpu"), (reranker.GetProperty("id").GetString(), reranker.GetProperty("kind").GetString(), reranker.GetProperty("device").GetString()));
        Assert.False(reranker.TryGetProperty("dimensions", out _));
        Assert.Equal(embedder.ToString(), (await fixture.Service.GetAsync($"/v1/models/{TestModels.Embedder}")).Json.ToString());
        var unknown = await fixture.Service.GetAsync("/v1/models/other");
        Assert.Equal((404, "model_not_found"), (unknown.Status, unknown.ErrorCode));
    }

    [Fact]
    public async Task A_model_of_which_only_quantised_weights_are_here_is_served_with_them()
    {
        using var folder = new TemporaryFolder();
        var model = TinyModelFolder.WriteSentenceModel(folder["small"], new EncoderShape());
        model.WriteWeights("model_quantized.onnx", new EncoderShape { Quantized = true });
        File.Delete(Path.Combine(model.Path, "onnx", "model.onnx"));
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [new ModelSource("small", model.Path)] });

        var weights = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(model.Path, "onnx", "model_quantized.onnx"), TestContext.Current.CancellationToken)));
        Assert.Equal(weights, (await service.GetAsync("/v1/models/small")).Json.GetProperty("sha256").GetString());
        Assert.Equal(200, (await service.PostAsync("/v1/embeddings", new { input = "rain" })).Status);
    }

    [Fact]
    public async Task While_models_load_everything_says_so_and_then_works()
    {
        using var folder = new TemporaryFolder();
        var options = new ServiceOptions { Models = [TestModels.WriteEmbedder(folder)] };
        var loader = new GatedModelLoader(new OnnxModelLoader(options, TimeProvider.System));
        await using var service = await RunningService.ListenAsync(options, loader);

        var health = await service.GetAsync("/health");
        Assert.Equal((503, "loading"), (health.Status, health.Json.GetProperty("status").GetString()));
        foreach (var reply in new[] { await service.PostAsync("/v1/embeddings", new { input = "rain" }), await service.PostAsync("/v1/rerank", "{}"), await service.GetAsync("/v1/models") })
        {
            Assert.Equal((503, "model_loading", "2"), (reply.Status, reply.ErrorCode, reply.RetryAfter));
        }

        loader.Open();
        Assert.Null(await service.LoadedAsync());

        health = await service.GetAsync("/health");
        Assert.Equal((200, "ready"), (health.Status, health.Json.GetProperty("status").GetString()));
        Assert.Single((await service.PostAsync("/v1/embeddings", new { input = "rain" })).Embeddings);
    }

    [Fact]
    public async Task A_stop_while_models_load_does_not_wait_for_them()
    {
        using var folder = new TemporaryFolder();
        var options = new ServiceOptions { Models = [TestModels.WriteEmbedder(folder)] };
        var loader = new GatedModelLoader(new OnnxModelLoader(options, TimeProvider.System));
        await using var service = await RunningService.ListenAsync(options, loader);

        await service.StopAsync();

        Assert.False(loader.IsOpen);
    }

    [Fact]
    public async Task The_measurements_tell_requests_inputs_and_tokens()
    {
        using var folder = new TemporaryFolder();
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteEmbedder(folder)] });
        await service.PostAsync("/v1/embeddings", """{"input": ["the red cat", "rain"]}""");
        await service.PostAsync("/v1/embeddings", "{}");
        await service.GetAsync("/a-secret-path");

        Assert.Equal(1, await service.MeasureAsync("""synapse_embedding_requests_total{route="/v1/embeddings",status="200"}"""));
        Assert.Equal(1, await service.MeasureAsync("""synapse_embedding_requests_total{route="/v1/embeddings",status="400"}"""));
        Assert.Equal(1, await service.MeasureAsync("""synapse_embedding_requests_total{route="other",status="404"}"""));
        Assert.Equal(2, await service.MeasureAsync("""synapse_embedding_request_seconds_bucket{route="/v1/embeddings",le="+Inf"}"""));
        Assert.Equal(2, await service.MeasureAsync("""synapse_embedding_inputs_total{model="tiny-embedder"}"""));
        Assert.Equal(8, await service.MeasureAsync("""synapse_embedding_tokens_total{model="tiny-embedder"}"""));
        Assert.Equal(Math.Min(Environment.ProcessorCount, 8), await service.MeasureAsync("""synapse_embedding_runtime_threads{model="tiny-embedder"}"""));
        var inside = await service.MeasureAsync("""synapse_embedding_runtime_seconds_total{model="tiny-embedder"}""");
        await service.PostAsync("/v1/embeddings", """{"input": ["the red cat", "rain"]}""");
        Assert.True(await service.MeasureAsync("""synapse_embedding_runtime_seconds_total{model="tiny-embedder"}""") > inside);
        Assert.DoesNotContain("secret", (await service.GetAsync("/metrics")).Body, StringComparison.Ordinal);
    }
}
