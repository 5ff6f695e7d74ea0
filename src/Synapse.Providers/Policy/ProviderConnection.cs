using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Privacy;
using Synapse.Providers.Chat;
using Synapse.Providers.Configuration;
using Synapse.Providers.Discovery;
using Synapse.Providers.Embedding;
using Synapse.Providers.Entra;
using Synapse.Providers.Metering;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>One provider at run time: its connection, what is known of it, and what it did.</summary>
internal sealed class ProviderConnection : IDisposable
{
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<string, IChatClient> _chatClients = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, CircuitBreaker> _breakers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _learnedWindows = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _chosenWindows = new(StringComparer.Ordinal);
    private readonly CautiousTokenCounter _cautious = new();

    public ProviderConnection(ProviderSettings settings, IEgress egress, IAccessTokens? tokens, TimeProvider time)
    {
        Settings = settings;
        _time = time;
        Classifier = new(settings, time);
        DelegatingHandler[] handlers = tokens is null ? [new WireHandler(settings, Classifier, time)] : [new WireHandler(settings, Classifier, time), new EntraHandler(tokens)];
        Http = egress.CreateClient(new(settings.Name, settings.Endpoint, settings.Reach), handlers);
        Discovery = new(settings, Http, Classifier, time);
        Gate = new(settings, time);
        Pace = new(settings, time);
        Meter = new(settings, time);
    }

    public ProviderSettings Settings { get; }

    public HttpClient Http { get; }

    public FailureClassifier Classifier { get; }

    public ServerDiscovery Discovery { get; }

    public RequestGate Gate { get; }

    public RequestPace Pace { get; }

    public RetryBudget Budget { get; } = new();

    public ProviderMeter Meter { get; }

    /// <summary>The circuit breakers by model.</summary>
    public IEnumerable<KeyValuePair<string, CircuitBreaker>> Breakers => _breakers;

    /// <summary>The model for a role; null when the provider has not this role. The chat model does the small work where no model is named for it.</summary>
    public string? ModelFor(ModelRole role) => role == ModelRole.Fast ? Settings.FastModel ?? Settings.ChatModel : Settings.ChatModel;

    public CircuitBreaker Breaker(string model) => _breakers.GetOrAdd(model, _ => new(_time, Settings.IsLocal));

    /// <summary>What a prompt has to know of the model.</summary>
    /// <exception cref="WireException">The server cannot be reached.</exception>
    public async ValueTask<(ChatModelDescription Model, ModelFacts Facts)> DescribeAsync(string model, CancellationToken cancellationToken)
    {
        var facts = await Discovery.FindFactsAsync(model, cancellationToken);
        var known = KnownModels.OfChat(model);
        var window = Window(model, facts, known?.ContextTokens);
        var output = Math.Clamp(Settings.MaxOutputTokens ?? Math.Min(window / 4, known?.MaxOutputTokens ?? 8_192), 1, Math.Max(1, window - 1));
        return (new(Settings.Name, model, Settings.IsLocal && !facts.IsRemote, window, output, Counter(model)), facts);
    }

    /// <summary>The server refused a prompt as too long: its window is smaller than it told.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The window that the server named; null when it named none.</param>
    /// <param name="assumed">The window that was assumed.</param>
    public void LearnWindow(string model, int? tokens, int assumed)
    {
        // Without a number, or with one that says nothing new, the count was at fault: leave a quarter more room.
        var smaller = tokens is { } told && told < assumed ? told : Math.Max(256, assumed * 3 / 4);
        _learnedWindows.AddOrUpdate(model, smaller, (_, known) => Math.Min(known, smaller));
        Discovery.Forget(model);
    }

    /// <summary>The client for a model, measured by the GenAI conventions.</summary>
    /// <exception cref="WireException">What speaks on the other side is not known, and cannot be asked.</exception>
    public async ValueTask<IChatClient> ChatClientAsync(string model, CancellationToken cancellationToken)
    {
        if (_chatClients.TryGetValue(model, out var known))
        {
            return known;
        }

        var settings = Settings with { Kind = await Discovery.FindKindAsync(cancellationToken) };
        return _chatClients.GetOrAdd(model, _ => new OpenTelemetryChatClient(NewClient(settings, model), logger: null, ProviderTelemetry.SourceName) { EnableSensitiveData = false });
    }

    /// <summary>A new client for the embeddings of a model.</summary>
    /// <param name="kind">What speaks on the other side.</param>
    /// <param name="model">The model.</param>
    /// <param name="changed">Settings to use in place of the provider's own; null for those.</param>
    public GuardedEmbeddingGenerator NewEmbeddingGenerator(ProviderKind kind, string model, ProviderSettings? changed = null)
    {
        var settings = (changed ?? Settings) with { Kind = kind };
        return kind == ProviderKind.Ollama
            ? new OllamaEmbeddingGenerator(settings, model, Http, Classifier, _time)
            : new OpenAIEmbeddingGenerator(settings, model, Http, Classifier, _time);
    }

    public void Dispose()
    {
        Http.Dispose();
        Discovery.Dispose();
        Gate.Dispose();
        Pace.Dispose();
    }

    private GuardedChatClient NewClient(ProviderSettings settings, string model) => settings.Kind switch
    {
        ProviderKind.Ollama => new OllamaChatClient(settings, model, Http, OllamaWindow(model), Classifier, _time),
        ProviderKind.Anthropic => new AnthropicChatClient(settings, model, Http, Classifier, _time),
        _ => new OpenAIChatClient(settings, model, Http, Classifier, _time),
    };

    // The operator's number is asked for; else the window that is loaded stays, and a model that is not loaded gets the one that prompts are made for.
    private Func<int?> OllamaWindow(string model) => () => Settings.ContextTokens ?? (_chosenWindows.TryGetValue(model, out var chosen) ? chosen : null);

    private int Window(string model, ModelFacts facts, int? known)
    {
        var window = (Discovery.Kind, Settings.ContextTokens) switch
        {
            (ProviderKind.Ollama, { } configured) => Least(configured, facts.TrainedTokens),
            (ProviderKind.Ollama, null) => OllamaUsual(model, facts),
            (_, { } configured) => Least(configured, facts.ContextTokens),
            _ => facts.ContextTokens ?? facts.TrainedTokens ?? known ?? (Settings.IsLocal ? KnownModels.UnknownLocal : KnownModels.UnknownCloud),
        };
        return Math.Max(2, _learnedWindows.TryGetValue(model, out var learned) ? Math.Min(learned, window) : window);
    }

    private int OllamaUsual(string model, ModelFacts facts)
    {
        if (facts.ContextTokens is { } loaded)
        {
            _chosenWindows.TryRemove(model, out _);
            return loaded;
        }

        var chosen = Math.Min(facts.TrainedTokens ?? KnownModels.UnknownLocal, 8_192);
        _chosenWindows[model] = chosen;
        return chosen;
    }

    private static int Least(int configured, int? real) => Math.Min(configured, real ?? configured);

    private ITokenCounter Counter(string model) => Settings.Kind is ProviderKind.OpenAI or ProviderKind.AzureOpenAI ? TiktokenCounter.For(model) : _cautious;
}
