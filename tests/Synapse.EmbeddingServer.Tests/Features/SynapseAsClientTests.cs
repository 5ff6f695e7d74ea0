using System.Numerics.Tensors;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.EmbeddingServer.Tests.TestSupport;
using Synapse.Privacy;
using Synapse.Providers;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;

namespace Synapse.EmbeddingServer.Tests.Features;

/// <summary>Synapse itself uses the service as it uses every model server: two settings, and it finds out the rest.</summary>
public sealed class SynapseAsClientTests(ServiceFixture fixture)
{
    [Fact]
    public async Task Synapse_embeds_with_the_service()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["USE_LOCAL_MODELS"] = "true",
            ["LOCAL_EMBEDDING_ENDPOINT"] = fixture.Service.Address,
            ["LOCAL_EMBEDDING_MODEL"] = TestModels.Embedder,
        }).Build();
        var read = ProviderSettingsReader.Read(configuration);
        Assert.Empty(read.Faults);
        var services = new ServiceCollection().AddSingleton<IEgress>(new DirectEgress()).AddSingleton(TimeProvider.System).AddSingleton(typeof(ILogger<>), typeof(NullLogger<>));
        services.AddProviders(read.Providers);
        await using var provider = services.BuildServiceProvider();
        var embedder = provider.GetRequiredService<ProviderEmbedder>();

        var space = await embedder.GetSpaceAsync(TestContext.Current.CancellationToken);
        var texts = Enumerable.Range(0, 100).Select(number => $"cat {number}").ToArray();
        var all = new float[texts.Length * space.Dimensions];
        await embedder.EmbedPassagesAsync([.. texts.Select(text => text.AsMemory())], all, TestContext.Current.CancellationToken);

        Assert.Equal(TestModels.Dimensions, space.Dimensions);
        var expected = (await fixture.Service.PostAsync("/v1/embeddings", new { input = texts })).Embeddings;
        Assert.All(expected.Zip(all.Chunk(space.Dimensions)), pair => Assert.Equal(0f, TensorPrimitives.Distance<float>(pair.First, pair.Second), 1e-5f));
    }
}
