using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Tests.TestSupport;

[assembly: AssemblyFixture(typeof(ServiceFixture))]

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>One service with an embedder and a reranker, for all tests that need nothing else.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal RunningService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
        => Service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteEmbedder(_folder), TestModels.WriteReranker(_folder)] });

    public async ValueTask DisposeAsync()
    {
        if (Service is not null)
        {
            await Service.DisposeAsync();
        }

        _folder.Dispose();
    }
}
