using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Fakes;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Providers.Entra;
using Synapse.Providers.Metering;
using Synapse.Providers.Policy;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>A fake server and the provider layer before it, on one clock that the test moves.</summary>
internal sealed class ProviderBench : IAsyncDisposable
{
    public const string Key = "sk-test-0123456789abcdef0123456789abcdef";

    private readonly List<ProviderConnection> _connections = [];

    private ProviderBench(FakeProvider server, PollingTime time)
    {
        Server = server;
        Time = time;
    }

    public FakeProvider Server { get; }

    /// <summary>Stands still unless a test, an announced wait or a poll for a loading model moves it.</summary>
    public PollingTime Time { get; }

    /// <summary>The waits that were announced.</summary>
    public List<ChatWaiting> Waits { get; } = [];

    public LoopbackEgress Egress { get; init; } = new();

    public RecordingLogger<ChatModels> Log { get; } = new();

    public IReadOnlyList<ProviderConnection> Connections => _connections;

    /// <summary>Starts a server.</summary>
    /// <param name="dialect">Its dialect.</param>
    /// <param name="scenario">What it does.</param>
    /// <param name="change">Changes its options.</param>
    /// <param name="onOneClock">Whether the server lives by the clock of the test, so that it records exact times; its own delays then wait for that clock.</param>
    public static ProviderBench Start(string dialect, string scenario = "ok-stream", Action<FakeProviderOptions>? change = null, bool onOneClock = false)
    {
        var time = new PollingTime();
        var options = new FakeProviderOptions { Dialect = dialect, Scenario = scenario, Key = dialect is "ollama" ? null : Key, Time = onOneClock ? time : TimeProvider.System };
        change?.Invoke(options);
        return new(FakeProvider.Start(options), time);
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

    public ProviderEmbedder Embedder(params ProviderSettings[] settings)
        => new([.. settings.Select(item => new EmbeddingSource(Connect(item), new(() => 1), Time))], NullLogger<ProviderEmbedder>.Instance);

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

    /// <summary>Moves the clock until something is over: two seconds for each turn that the network gets.</summary>
    public async Task<T> PassTimeAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(2));
            await Task.WhenAny(task, Task.Delay(1, TestContext.Current.CancellationToken));
        }

        return await task;
    }

    /// <summary>Completes when the server has a request for a text in hand.</summary>
    public Task ArrivedAsync()
        => Server.WaitUntilAsync(server => server.Requests.Any(request => request.Kind is RequestKind.Chat or RequestKind.Embeddings), TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);

    /// <summary>How many requests for texts or embeddings arrived.</summary>
    public int Sent => Server.Requests.Count(request => request.Kind is RequestKind.Chat or RequestKind.Embeddings);

    /// <summary>What must hold after every chat, whatever the server did.</summary>
    public async Task AssertInvariantsAsync(ChatOutcome outcome, ChatModels models)
    {
        // One end: a finish at the very end, or an error.
        Assert.Equal(outcome.Error is null ? 1 : 0, outcome.Events.Count(item => item is ChatFinished));
        Assert.True(outcome.Error is not null || outcome.Events[^1] is ChatFinished, "Something came after the end.");

        // Nobody takes over once text was shown.
        var firstText = outcome.Events.TakeWhile(item => item is not ChatText).Count();
        Assert.DoesNotContain(outcome.Events.Skip(firstText), item => item is ChatStarted or ChatWaiting);

        // The spacing of requests is at least what was announced, and that at least what was asked for.
        var sent = Server.Requests.Where(request => request.Kind == RequestKind.Chat).ToArray();
        Assert.True(sent.Length <= 4, $"{sent.Length} requests were sent.");

        // Only the configured host was asked, and no secret stands in any text that leaves.
        Assert.All(Egress.AskedHosts, host => Assert.Equal(Server.Address.Authority, host));
        var texts = Log.Lines.Append(outcome.Error?.ToString() ?? "").Append((outcome.Error as ProviderException)?.Detail ?? "").Concat(Statuses().List().Select(status => $"{status}{status.Detail}"));
        Assert.All(texts, text => Assert.DoesNotContain(Key, text));
        if (outcome.Error is ProviderException error)
        {
            Assert.Contains($"'{error.Provider}'", error.Message);
            Assert.True(Server.AcceptedConnections == 0 || sent.Length == Statuses().List()[0].Requests, "The meter counts something else than what was sent.");
        }

        AssertBreaker(outcome);

        // Connections that still carry a reply are closed; idle ones may be kept for the next request.
        await Server.WaitUntilAsync(server => server.Requests.All(request => request.EndedAt is not null), TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
    }

    // The policy's table: quota, credential, configuration and throttling open the circuit at once; a filter and a too long prompt never do.
    private void AssertBreaker(ChatOutcome outcome)
    {
        var reason = Connections[0].Breakers.Single().Value.Reason?.Kind;
        switch (outcome.Failure)
        {
            case null or ProviderFailure.Filtered or ProviderFailure.TooLarge or ProviderFailure.Unavailable or ProviderFailure.Interrupted or ProviderFailure.Protocol:
                Assert.Null(reason);
                break;
            case ProviderFailure.BadConfig:
                Assert.True(reason is null or ProviderFailure.BadConfig, $"The circuit is open for {reason}.");
                break;
            case var failure:
                Assert.Equal(failure, reason);
                break;
        }
    }

    /// <summary>A bench with the same server and clock behind other connections; the server stays this one's.</summary>
    public ProviderBench With(LoopbackEgress egress) => new(Server, Time) { Egress = egress };

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
        "lmstudio" => ProviderKind.LmStudio,
        "anthropic" => ProviderKind.Anthropic,
        _ => ProviderKind.OpenAICompatible,
    };
}
