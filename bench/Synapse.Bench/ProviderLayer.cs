using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Chat;
using Synapse.Egress;
using Synapse.Privacy;
using Synapse.Providers;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Sqlite;

namespace Synapse.Bench;

/// <summary>The provider layer as the server puts it together: behind the guard of connections, with its ledger in a store.</summary>
internal sealed class ProviderLayer : IAsyncDisposable
{
    public const string ChatModel = "chat-model";

    private readonly string _folder = Directory.CreateTempSubdirectory("synapse-bench-").FullName;
    private readonly ServiceProvider _services;

    /// <param name="kind">What the server is said to be; decides whether embeddings are asked for in base64.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="embeddingModel">The model that embeds; by its name the fake knows the dimensions.</param>
    /// <param name="requests">How many requests it serves at once.</param>
    public ProviderLayer(string kind, string address, string embeddingModel, int requests = 8)
    {
        var faults = new List<string>();
        var settings = ProviderSettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(Settings(kind, address, embeddingModel, requests)).Build());
        var services = new ServiceCollection();
        services.AddLogging();
        services.UseSqlite(_folder);
        services.AddSynapseEgress(EgressPolicy.Create(new EgressOptions(), faults));
        services.AddProviders(settings.Providers);
        if (settings.Faults.Count + faults.Count > 0)
        {
            throw new InvalidOperationException(string.Join('\n', settings.Faults.Select(fault => fault.ToString()).Concat(faults)));
        }

        _services = services.BuildServiceProvider();
    }

    public IChatModels Chat => _services.GetRequiredService<IChatModels>();

    public ProviderEmbedder Embedder => _services.GetRequiredService<ProviderEmbedder>();

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static Dictionary<string, string?> Settings(string kind, string address, string embeddingModel, int requests) => new()
    {
        ["Synapse:Providers:0:Name"] = "fake",
        ["Synapse:Providers:0:Kind"] = kind,
        ["Synapse:Providers:0:Endpoint"] = address,
        ["Synapse:Providers:0:Local"] = "true",
        ["Synapse:Providers:0:Chat"] = ChatModel,
        ["Synapse:Providers:0:Embedding"] = embeddingModel,
        ["Synapse:Providers:0:ContextTokens"] = "32768",
        ["Synapse:Providers:0:MaxConcurrency"] = requests.ToString(CultureInfo.InvariantCulture),
    };
}
