using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Entra;
using Synapse.Providers.Metering;
using Synapse.Providers.Policy;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>A fake server and the provider layer before it, on one clock that the test moves.</summary>
internal sealed class ProviderBench : IAsyncDisposable
{
    public const string Key = "sk-test-0123456789abcdef0123456789abcdef";

    private readonly List<ProviderConnection> _connections = [];

    private ProviderBench(FakeProvider server) => Server = server;

    public FakeProvider Server { get; }

    /// <summary>Stands still unless a test, an announced wait or a poll for a loading model moves it.</summary>
    public PollingTime Time { get; } = new();

    /// <summary>The waits that were announced.</summary>
    public List<ChatWaiting> Waits { get; } = [];

    public LoopbackEgress Egress { get; init; } = new();

    public RecordingLogger<ChatModels> Log { get; } = new();

    public IReadOnlyList<ProviderConnection> Connections => _connections;

    public static ProviderBench Start(string dialect, string scenario = "ok-stream", Action<FakeProviderOptions>? change = null)
    {
        var options = new FakeProviderOptions { Dialect = dialect, Scenario = scenario, Key = dialect is "ollama" ? null : Key };
        change?.Invoke(options);
        return new(FakeProvider.Start(options));
    }

    /// <summary>The settings for the server as a provider of the kind that its dialect stands for.</summary>
    public ProviderSettings Settings(string name = "first") => new()
    {
        Name = name,
        Kind = KindOf(Server.Dialect),
        Endpoint = new(Server.Address.AbsoluteUri.TrimEnd('/')),
        Reach = AddressReach.Loopback,
        ApiKey = Server.Options.Key is { } key ? new(key) : null,
        ApiVersion = Server.Dialect == "azure-legacy" ? "2024-10-21" : null,
        ChatModel = "chat-model",
        EmbeddingModel = "embedding-model",
    };

    public ProviderConnection Connect(ProviderSettings settings, IAccessTokens? tokens = null)
    {
        var connection = new ProviderConnection(settings, Egress, tokens, Time);
        _connections.Add(connection);
        return connection;
    }

    public ChatModels Models(params ProviderSettings[] settings)
        => new([.. settings.Select(item => Connect(item))], Egress, new(() => 1), Time, Log);

    public ProviderStatuses Statuses() => new(_connections);

    public static ChatRequest Request(string question = "[1] Cats sleep a lot.\n\nQuestion: do cats sleep?", bool localOnly = false, ModelRole role = ModelRole.Chat)
        => new(role, localOnly, _ => new([new(ChatRole.System, "Answer."), new(ChatRole.User, question)], 200));

    /// <summary>Asks, moves the clock over every announced wait, and collects everything.</summary>
    public async Task<ChatOutcome> AskAsync(IChatModels models, ChatRequest? request = null)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var events = new List<ChatEvent>();
        try
        {
            await using var stream = models.StreamAsync(request ?? Request(), cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                var next = stream.MoveNextAsync();
                if (events is [.., ChatWaiting wait])
                {
                    // The wait has been registered with the clock when MoveNextAsync returns.
                    Waits.Add(wait);
                    Time.Advance(wait.RetryAfter);
                }

                if (!await next)
                {
                    return new(events, null);
                }

                events.Add(stream.Current);
            }
        }
        catch (SynapseException exception)
        {
            return new(events, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _connections.ForEach(connection => connection.Dispose());
        await Server.DisposeAsync();
    }

    private static ProviderKind KindOf(string dialect) => dialect switch
    {
        "openai" => ProviderKind.OpenAI,
        "azure-legacy" or "azure-v1" => ProviderKind.AzureOpenAI,
        "llamacpp" => ProviderKind.LlamaCpp,
        "vllm" => ProviderKind.Vllm,
        "ollama" => ProviderKind.Ollama,
        "tei" => ProviderKind.TextEmbeddingsInference,
        "anthropic" => ProviderKind.Anthropic,
        _ => ProviderKind.OpenAICompatible,
    };
}
