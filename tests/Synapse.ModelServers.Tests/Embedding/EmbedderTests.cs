using System.Numerics.Tensors;
using Synapse.Errors;
using Synapse.ModelServers.Tests.TestSupport;
using Synapse.Privacy;

namespace Synapse.ModelServers.Tests.Embedding;

/// <summary>Texts of any number and length become embeddings of one space on a real server.</summary>
public sealed class EmbedderTests(TinyModels models)
{
    private static readonly string[] s_words = ["the", "contract", "password", "vacation", "invoice", "search", "vector", "rain", "dog", "policy"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Texts_beyond_one_request_are_split_and_come_back_in_their_order()
    {
        await using var server = await StartAsync();
        await using var host = ProviderHost.ForEmbedding(server, "EMBEDDING_BATCH_SIZE=16");
        string[] texts = [.. Enumerable.Range(0, 100).Select(number => $"{s_words[number % 10]} {s_words[number / 10]} {number}")];

        var rows = await EmbedAsync(host, texts);

        // 100 texts in requests of 16, and one for the dimensions.
        Assert.Equal(8, host.Status.Requests);
        Assert.Equal("llamacpp", host.Status.Kind);
        Assert.True(host.Status.InputTokens > 300, "The tokens are not counted.");
        Assert.All(rows, row => Assert.Equal(1, TensorPrimitives.Norm<float>(row), 1e-4));
        foreach (var number in (int[])[0, 15, 16, 57, 99])
        {
            Assert.True(TensorPrimitives.CosineSimilarity<float>(await QueryAsync(host, texts[number]), rows[number]) > 0.999f, $"Text {number} has the embedding of another.");
        }
    }

    [Fact]
    public async Task A_text_longer_than_the_window_is_embedded_in_parts_that_fit()
    {
        await using var server = await StartAsync();
        await using var host = ProviderHost.ForEmbedding(server);
        var rows = await EmbedAsync(host, [Long("reset user password login"), Long("weather rain sun dog")]);

        Assert.Empty(host.Status.Failures);
        var query = await QueryAsync(host, "password reset");
        Assert.True(TensorPrimitives.CosineSimilarity<float>(query, rows[0]) > TensorPrimitives.CosineSimilarity<float>(query, rows[1]) + 0.1f);
    }

    [Fact]
    public async Task A_physical_batch_smaller_than_the_window_is_learned_from_the_first_refusal()
    {
        await using var server = await StartAsync("-b", "96", "-ub", "96");
        await using var host = ProviderHost.ForEmbedding(server);
        var longText = string.Join(' ', Enumerable.Repeat("reset the password", 200));

        Assert.Equal(1, TensorPrimitives.Norm<float>((await EmbedAsync(host, [longText]))[0]), 1e-4);
        var refused = host.Status.Failures.Values.Sum();
        Assert.True(refused >= 1, "The server took the whole text: this test proves nothing.");

        await EmbedAsync(host, [longText, longText]);
        Assert.Equal(refused, host.Status.Failures.Values.Sum());
    }

    [Fact]
    public async Task A_text_of_which_the_model_makes_far_more_tokens_than_we_counted_is_cut_until_it_fits()
    {
        await using var server = await StartAsync();
        await using var host = ProviderHost.ForEmbedding(server);

        // Consonants alone are no words of its vocabulary: a token for each.
        var rows = await EmbedAsync(host, [string.Concat(Enumerable.Repeat("bcdfghjklmnpqrstvwxz ", 150)), "dog"]);

        Assert.All(rows, row => Assert.Equal(1, TensorPrimitives.Norm<float>(row), 1e-4));
    }

    [Fact]
    public async Task Other_dimensions_than_configured_are_refused()
    {
        await using var server = await StartAsync();
        await using var host = ProviderHost.ForEmbedding(server, "LOCAL_EMBEDDING_DIMENSIONS=768");

        var error = await Assert.ThrowsAsync<ProviderException>(() => EmbedAsync(host, ["dog"]));

        Assert.Equal(ProviderFailure.Protocol, error.Failure);
        Assert.Contains("384 numbers where 768", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_and_never_shown()
    {
        const string Wrong = "wrong-key-0123456789abcdef";
        await using var server = await StartAsync("--api-key", "right-key-0123456789abcdef");
        await using var host = ProviderHost.ForEmbedding(server, $"LOCAL_EMBEDDING_API_KEY={Wrong}");

        var error = await Assert.ThrowsAsync<ProviderException>(() => EmbedAsync(host, ["dog"]));

        Assert.Equal(ProviderFailure.Auth, error.Failure);
        Assert.All([error.ToString(), error.Detail, host.Log.Text], text => Assert.DoesNotContain(Wrong, text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_does_not_embed_is_a_wrong_configuration_and_is_not_asked_twice()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var host = ProviderHost.ForEmbedding(server);

        var error = await Assert.ThrowsAsync<ProviderException>(() => EmbedAsync(host, ["dog"]));

        Assert.Equal((ProviderFailure.BadConfig, 1L), (error.Failure, host.Status.Requests));
    }

    private static string Long(string words) => string.Join(' ', Enumerable.Repeat(words, 400));

    private Task<LlamaServer> StartAsync(params string[] more) => LlamaServer.StartAsync(models.Embedder, Token, ["--embedding", .. more]);

    private static async Task<float[][]> EmbedAsync(ProviderHost host, string[] texts)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Embedding, []);
        var numbers = new float[texts.Length * TinyModels.EmbeddingDimensions];
        await host.Embedder.EmbedPassagesAsync([.. texts.Select(text => text.AsMemory())], numbers, Token);
        Assert.Equal(TinyModels.EmbeddingDimensions, (await host.Embedder.GetSpaceAsync(Token)).Dimensions);
        return [.. numbers.Chunk(TinyModels.EmbeddingDimensions)];
    }

    private static async Task<float[]> QueryAsync(ProviderHost host, string text)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Embedding, []);
        return await host.Embedder.EmbedQueryAsync(text, Token);
    }
}
