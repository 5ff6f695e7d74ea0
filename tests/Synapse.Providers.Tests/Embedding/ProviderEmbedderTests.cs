using System.Numerics.Tensors;
using System.Text.Json;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Providers.Embedding;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Embedding;

public sealed class ProviderEmbedderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string> Dialects => ["openai", "azure-legacy", "azure-v1", "llamacpp", "vllm", "ollama", "tei", "lmstudio"];

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task An_embedder_gives_unit_vectors_in_the_order_of_the_texts_in_every_dialect(string dialect)
    {
        await using var bench = ProviderBench.Start(dialect);
        using var embedder = bench.Embedder(bench.Settings());

        var space = await embedder.GetSpaceAsync(Cancel);
        var texts = Enumerable.Range(0, 100).Select(number => $"text number {number} about topic {number * 7}".AsMemory()).ToArray();
        var all = new float[texts.Length * space.Dimensions];
        await embedder.EmbedPassagesAsync(texts, all, Cancel);

        for (var at = 0; at < texts.Length; at += 10)
        {
            var alone = await embedder.EmbedQueryAsync(texts[at].ToString(), Cancel);
            Assert.Equal(1, TensorPrimitives.Norm(all.AsSpan(at * space.Dimensions, space.Dimensions)), 1e-4f);
            Assert.True(TensorPrimitives.CosineSimilarity(all.AsSpan(at * space.Dimensions, space.Dimensions), alone) > 0.999f, $"Text {at} has another embedding alone.");
        }

        Assert.True(embedder.IsLocal);
        Assert.All(bench.Server.Requests.Where(request => request.Kind == RequestKind.Embeddings), request => Assert.InRange(request.Status, 200, 200));
    }

    [Theory]
    [InlineData("llamacpp", 512)]
    [InlineData("vllm", 300)]
    [InlineData("ollama", 256)]
    [InlineData("tei", 128)]
    public async Task A_text_that_is_longer_than_the_server_takes_is_embedded_in_parts_and_nothing_is_cut(string dialect, int limit)
    {
        await using var bench = ProviderBench.Start(dialect, change: options => options.EmbeddingTokens = limit);
        using var embedder = bench.Embedder(bench.Settings());
        var space = await embedder.GetSpaceAsync(Cancel);
        // About 4,000 tokens of the fake's four characters each, with a word at the very end.
        var text = string.Concat(Enumerable.Repeat("granite slate basalt marble ", 570)) + "zebra";
        var whole = new float[space.Dimensions];

        await embedder.EmbedPassagesAsync([text.AsMemory()], whole, Cancel);

        Assert.Equal(1, TensorPrimitives.Norm(whole), 1e-4f);
        var inputs = bench.Server.Requests.Where(request => request.Kind == RequestKind.Embeddings && request.Status == 200)
            .SelectMany(request => Inputs(request)).Where(input => input != "dimensions").ToArray();
        Assert.Equal(text.Length, inputs.Sum(input => input.Length));
        Assert.All(inputs, input => Assert.InRange(input.Length, 1, (limit * 4) + 4));
        Assert.Contains(inputs, input => input.EndsWith("zebra", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Texts_go_in_batches_that_the_server_takes()
    {
        await using var bench = ProviderBench.Start("tei");
        using var embedder = bench.Embedder(bench.Settings());
        await EmbedAsync(embedder, 100);

        var sizes = bench.Server.Requests.Where(request => request.Kind == RequestKind.Embeddings).Select(request => Inputs(request).Count).Skip(1).Order().ToArray();
        Assert.Equal([4, 32, 32, 32], sizes);
    }

    [Fact]
    public async Task A_configured_batch_size_is_kept()
    {
        await using var bench = ProviderBench.Start("openai");
        using var embedder = bench.Embedder(bench.Settings() with { EmbeddingBatchSize = 10 });
        await EmbedAsync(embedder, 25);

        Assert.Equal([5, 10, 10], bench.Server.Requests.Skip(1).Select(request => Inputs(request).Count).Order());
    }

    [Fact]
    public async Task A_batch_that_a_server_calls_too_large_is_sent_in_smaller_ones()
    {
        await using var bench = ProviderBench.Start("tei");
        using var embedder = bench.Embedder(bench.Settings());
        await embedder.GetSpaceAsync(Cancel);
        bench.Server.SetSequence("413-text");

        await EmbedAsync(embedder, 20);

        Assert.Equal([20, 10, 10], bench.Server.Requests.Where(request => request.Kind == RequestKind.Embeddings).Select(request => Inputs(request).Count).Skip(1));
    }

    [Fact]
    public async Task Another_provider_takes_over_only_with_the_very_same_space()
    {
        await using var first = ProviderBench.Start("openai", change: options => options.EmbeddingDimensions = 64);
        await using var same = ProviderBench.Start("openai", change: options => options.EmbeddingDimensions = 64);
        await using var other = ProviderBench.Start("openai", change: options => options.EmbeddingDimensions = 32);
        using var good = first.Embedder(first.Settings("first"), same.Settings("same"));
        using var bad = first.Embedder(first.Settings("first"), other.Settings("other"));
        await good.GetSpaceAsync(Cancel);
        await bad.GetSpaceAsync(Cancel);
        first.Server.Scenario = "401";

        var embedding = await good.EmbedQueryAsync("a cat", Cancel);
        var failure = await Assert.ThrowsAsync<ProviderException>(async () => await bad.EmbedQueryAsync("a cat", Cancel));

        Assert.Equal(64, embedding.Length);
        Assert.Equal(("first", ProviderFailure.Auth), (failure.Provider, failure.Failure));
        Assert.DoesNotContain(other.Server.Requests.SelectMany(Inputs), input => input.Contains("cat", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_space_that_is_not_the_stored_one_is_refused_with_both_named()
    {
        await using var bench = ProviderBench.Start("openai", change: options => options.EmbeddingDimensions = 64);
        using var embedder = bench.Embedder(bench.Settings());
        embedder.ExpectedSpace = new("embedding-model", 128);

        var failure = await Assert.ThrowsAsync<ProviderException>(async () => await embedder.EmbedQueryAsync("a cat", Cancel));

        Assert.Equal(ProviderFailure.BadConfig, failure.Failure);
        Assert.Contains("64", failure.Message);
        Assert.Contains("128", failure.Message);
        Assert.DoesNotContain(bench.Server.Requests.SelectMany(Inputs), input => input.Contains("cat", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Prefixes_go_before_queries_and_passages_and_into_the_space()
    {
        await using var bench = ProviderBench.Start("openai");
        using var embedder = bench.Embedder(bench.Settings() with { QueryPrefix = "query: ", PassagePrefix = "passage: " });

        var space = await embedder.GetSpaceAsync(Cancel);
        await embedder.EmbedQueryAsync("a cat", Cancel);
        await embedder.EmbedPassagesAsync(["a dog".AsMemory()], new float[space.Dimensions], Cancel);

        Assert.Equal("embedding-model|1536|unit|query: |passage: ".Replace("1536", $"{space.Dimensions}", StringComparison.Ordinal), space.Fingerprint);
        Assert.Equal(["dimensions", "query: a cat", "passage: a dog"], bench.Server.Requests.SelectMany(Inputs));
    }

    [Fact]
    public async Task A_model_that_a_local_server_only_passes_on_gets_no_text()
    {
        await using var bench = ProviderBench.Start("ollama");
        using var embedder = bench.Embedder(bench.Settings() with { EmbeddingModel = "embed:cloud" });

        var failure = await Assert.ThrowsAsync<ProviderException>(async () => await embedder.GetSpaceAsync(Cancel));

        Assert.Equal(ProviderFailure.BadConfig, failure.Failure);
        Assert.Equal(0, bench.Sent);
    }

    [Fact]
    public async Task A_destination_of_another_length_is_refused()
    {
        await using var bench = ProviderBench.Start("openai");
        using var embedder = bench.Embedder(bench.Settings());

        await Assert.ThrowsAsync<ArgumentException>(async () => await embedder.EmbedPassagesAsync(["a".AsMemory()], new float[3], Cancel));
    }

    [Fact]
    public async Task What_a_provider_embedded_before_it_failed_is_no_part_of_what_the_next_one_gives()
    {
        await using var failing = ProviderBench.Start("openai");
        await using var other = ProviderBench.Start("openai");
        using var embedder = failing.Embedder(failing.Settings() with { EmbeddingBatchSize = 10, MaxConcurrency = 1 }, other.Settings("second"));
        var space = await embedder.GetSpaceAsync(Cancel);
        failing.Server.SetSequence("ok-stream", "404-model");
        var texts = Enumerable.Range(0, 20).Select(number => $"text {number} about topic {number * 7}".AsMemory()).ToArray();
        var all = new float[texts.Length * space.Dimensions];
        Array.Fill(all, 9f);

        await embedder.EmbedPassagesAsync(texts, all, Cancel);

        var alone = new float[all.Length];
        using var direct = other.Embedder(other.Settings());
        await direct.EmbedPassagesAsync(texts, alone, Cancel);
        Assert.Equal(alone, all);
    }

    [Fact]
    public async Task A_sign_in_that_fails_is_logged_with_its_reason_and_no_secret()
    {
        await using var bench = ProviderBench.Start("azure-v1");
        var log = new RecordingLogger<ProviderEmbedder>();
        using var embedder = new ProviderEmbedder([new EmbeddingSource(bench.Connect(bench.Settings(), new RefusedTokens()), new(() => 1), bench.Time)], log);

        var failure = await Assert.ThrowsAsync<ProviderException>(async () => await embedder.EmbedQueryAsync("a cat", Cancel));

        Assert.Equal(ProviderFailure.Auth, failure.Failure);
        Assert.StartsWith("Warning: Provider first could not be asked to embed: provider_auth_failed (The sign-in failed. AADSTS7000215 ***)", Assert.Single(log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Text_beyond_ascii_is_sent_as_it_is_and_arrives_as_it_was()
    {
        const string Text = "Größe \"quoted\" \\ 猫 🐈 <b>\u0007";
        await using var bench = ProviderBench.Start("vllm");
        using var embedder = bench.Embedder(bench.Settings());
        await embedder.EmbedQueryAsync(Text, Cancel);

        var request = bench.Server.Requests.Last(request => request.Kind == RequestKind.Embeddings);
        Assert.Equal([Text], Inputs(request));
        Assert.Contains("Größe", request.BodyText, StringComparison.Ordinal);
        Assert.Contains("猫", request.BodyText, StringComparison.Ordinal);
    }

    private static async Task EmbedAsync(ProviderEmbedder embedder, int count)
    {
        var space = await embedder.GetSpaceAsync(Cancel);
        var texts = Enumerable.Range(0, count).Select(number => $"text {number}".AsMemory()).ToArray();
        await embedder.EmbedPassagesAsync(texts, new float[count * space.Dimensions], Cancel);
    }

    private static List<string> Inputs(RecordedRequest request)
        => request.Kind != RequestKind.Embeddings ? [] : [.. JsonDocument.Parse(request.Body).RootElement.GetProperty("input").EnumerateArray().Select(input => input.GetString()!)];
}
