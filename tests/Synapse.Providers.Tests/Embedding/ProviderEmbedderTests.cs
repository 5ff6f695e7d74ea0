using System.Numerics.Tensors;
using Synapse.Fakes;
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
}
