using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Synapse.Chat;
using Synapse.Egress;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.LocalModels;
using Synapse.Privacy;
using Synapse.Providers;
using Synapse.Providers.Configuration;
using Synapse.Providers.Diagnosis;
using Synapse.Providers.Embedding;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;
using Synapse.Sqlite;
using Synapse.Telemetry;

namespace Synapse.ModelServers.Tests.TestSupport;

/// <summary>The provider layer as the server composes it, from lines of <c>.env</c>, in offline mode, with the real way out and its ledger.</summary>
internal sealed class ProviderHost : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;

    private ProviderHost(ProviderConfiguration read)
    {
        var faults = new List<string>();
        var policy = EgressPolicy.Create(new EgressOptions { Offline = read.IsOffline }, faults);
        Assert.Empty(faults);
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Log))
            .AddSynapseEgress(policy)
            .UseSqlite(_folder.Path)
            .UseStaticEmbedder()
            .AddSingleton<IEmbedders>(static provider => new Embedders(provider.GetRequiredService<IEmbedder>()))
            .AddProviders(read.Providers)
            .AddProviderDiagnosis(read.Providers)
            .BuildServiceProvider();
    }

    /// <summary>All that was logged, whoever logged it.</summary>
    public LogLines Log { get; } = new();

    public IChatModels Chat => _services.GetRequiredService<IChatModels>();

    public ProviderEmbedder Embedder => _services.GetRequiredService<ProviderEmbedder>();

    /// <summary>How the only provider is.</summary>
    public ProviderStatus Status => Assert.Single(_services.GetRequiredService<IProviderStatuses>().List());

    /// <summary>Reads <c>NAME=value</c> lines, local models and offline mode being set already.</summary>
    public static ProviderHost Start(params IEnumerable<string> lines)
    {
        var pairs = lines.Prepend("USE_LOCAL_MODELS=true").Prepend("SYNAPSE_OFFLINE=true")
            .Select(line => line.Split('=', 2))
            .Select(parts => KeyValuePair.Create(parts[0].Replace("__", ":", StringComparison.Ordinal), (string?)parts[1]));
        var read = ProviderSettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(pairs).Build());
        Assert.Empty(read.Faults);
        return new(read);
    }

    /// <summary>A host whose only provider chats with a server.</summary>
    public static ProviderHost ForChat(LlamaServer server, params IEnumerable<string> more)
        => Start([$"LOCAL_LLM_ENDPOINT={server.Address}", "LOCAL_LLM_MODEL=tiny", .. more]);

    /// <summary>A host whose only provider embeds with a server.</summary>
    public static ProviderHost ForEmbedding(LlamaServer server, params IEnumerable<string> more)
        => Start([$"LOCAL_EMBEDDING_ENDPOINT={server.Address}", "LOCAL_EMBEDDING_MODEL=tiny-embedder", .. more]);

    /// <summary>A request of one message.</summary>
    public static ChatRequest Request(string text, int maxOutputTokens = 200)
        => new(ModelRole.Chat, LocalOnly: true, _ => new([new(Microsoft.Extensions.AI.ChatRole.User, text)], maxOutputTokens));

    /// <summary>Asks, and collects everything to its end.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="onEvent">Hears each event as it comes.</param>
    public async Task<ChatOutcome> AskAsync(ChatRequest request, CancellationToken cancellationToken, Func<ChatEvent, Task>? onEvent = null)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Chat, []);
        var events = new List<ChatEvent>();
        try
        {
            await foreach (var next in Chat.StreamAsync(request, cancellationToken))
            {
                events.Add(next);
                await (onEvent?.Invoke(next) ?? Task.CompletedTask);
            }

            return new(events, null);
        }
        catch (SynapseException error)
        {
            return new(events, error);
        }
    }

    /// <summary>Runs the doctor over the provider.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="withWaits">Whether to return also that a step has not ended; a busy machine makes some of those.</param>
    public async Task<IReadOnlyList<DiagnosisStep>> DiagnoseAsync(CancellationToken cancellationToken, bool withWaits = false)
    {
        var steps = new List<DiagnosisStep>();
        await foreach (var step in _services.GetRequiredService<IProviderDoctor>().DiagnoseAsync(AccessScope.Everything, "local", cancellationToken))
        {
            if (withWaits || step.Outcome != DiagnosisOutcome.Waiting)
            {
                steps.Add(step);
            }
        }

        return steps;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        Log.Dispose();
        _folder.Dispose();
    }
}
