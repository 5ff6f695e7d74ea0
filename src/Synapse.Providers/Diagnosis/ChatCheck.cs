using System.Globalization;
using Microsoft.Extensions.AI;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Discovery;
using Synapse.Providers.Wire;
using Synapse.Telemetry;

namespace Synapse.Providers.Diagnosis;

/// <summary>Whether a model writes, streams, and has room for questions with their passages.</summary>
internal sealed class ChatCheck(ProviderProbe probe, string model, string setting)
{
    /// <summary>Less than this holds no answer's passages.</summary>
    private const int LeastContext = 1_024;

    /// <summary>Less than this holds few passages.</summary>
    private const int GoodContext = 4_096;

    /// <summary>What to recommend.</summary>
    private const int RecommendedContext = 8_192;

    /// <summary>Some models think before they write, and refuse a limit that leaves no room for it.</summary>
    private const int RoomToThink = 512;

    private ChatFinishReason? _finish;
    private bool _hasUsage;

    /// <summary>What speaks on the other side, and whether the model runs there.</summary>
    public async Task<Finding> FindServerAsync(CancellationToken cancellationToken)
    {
        var kind = await probe.Connection.Discovery.FindKindAsync(cancellationToken);
        var facts = await probe.Connection.Discovery.FindFactsAsync(model, cancellationToken);
        if (!facts.IsRemote)
        {
            return Finding.Ok(FindingCodes.ServerFound, $"It is {ServerTitle.Of(kind)}.");
        }

        const string Said = "runs on another host, to which Ollama only passes the text on";
        return probe.Egress.IsOffline
            ? Finding.Failed(FindingCodes.RemoteModel, $"'{model}' {Said}; offline mode does not use it.", $"Name a model in {setting} that runs on this machine, and start Ollama with OLLAMA_NO_CLOUD=1.")
            : Finding.Warning(FindingCodes.RemoteModel, $"'{model}' {Said}.", $"Name a model in {setting} that runs on this machine when texts are to stay here; collections that are local only never go to this one.");
    }

    /// <summary>Lets the model write one token. This is the check of key, path, API version and model at once: lists of models are often open to everyone.</summary>
    public async Task<Finding> WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await WriteAsync(1, cancellationToken);
        }
        catch (WireException exception) when (exception.Failure.Detail.Contains("max_tokens or model output limit", StringComparison.OrdinalIgnoreCase))
        {
            return await WriteAsync(RoomToThink, cancellationToken);
        }
    }

    /// <summary>What the stream of <see cref="WriteAsync(CancellationToken)"/> told. To be called after it went well.</summary>
    public Finding Stream()
        => _hasUsage
            ? Finding.Ok(FindingCodes.Streams, $"The reply came as a stream, ended with '{_finish}', and told its tokens.")
            : Finding.Warning(FindingCodes.UsageMissing, $"The reply came as a stream and ended with '{_finish}', and did not tell its tokens.", "Nothing has to be done; tokens and costs of this provider are not counted. A newer version of the server may tell them.");

    /// <summary>How much the model reads.</summary>
    public async Task<Finding> MeasureContextAsync(CancellationToken cancellationToken)
    {
        // What is loaded is known only after it was used.
        probe.Connection.Discovery.Forget(model);
        var (description, facts) = await probe.Connection.DescribeAsync(model, cancellationToken);
        var window = description.ContextTokens;
        var configured = probe.Settings.ContextTokens;
        var real = probe.Connection.Discovery.Kind == ProviderKind.Ollama && configured is not null ? facts.TrainedTokens : facts.ContextTokens;
        if (window < GoodContext)
        {
            var text = $"The context of '{model}' is {Tokens(window)}, too small for an answer {(window < LeastContext ? "from any passage" : "from many passages")}.";
            return new(window < LeastContext ? DiagnosisOutcome.Failed : DiagnosisOutcome.Warning, FindingCodes.ContextTooSmall, text, LargerContext());
        }

        if (configured > real)
        {
            return Finding.Warning(FindingCodes.ContextDiffers, $"{Tokens(configured.Value)} are configured, and the server has {Tokens(real.Value)}; the smaller counts.", $"Set {probe.Words.Context} to {real}, or leave it out, or start the server with more.");
        }

        return configured is null && facts is { ContextTokens: null, TrainedTokens: null } && KnownModels.OfChat(model) is null
            ? Finding.Warning(FindingCodes.ContextUnknown, $"The server does not tell its context, and '{model}' is not a known name; {Tokens(window)} are assumed.", $"Set {probe.Words.Context} to what the model really has.")
            : Finding.Ok(FindingCodes.Context, $"It reads {Tokens(window)}, and writes up to {Tokens(description.MaxOutputTokens)} of them.");
    }

    private Task<Finding> WriteAsync(int most, CancellationToken cancellationToken) => probe.UseAsync(model, async () =>
    {
        // The text is ours: the request says that it carries nobody's.
        using var activity = EgressActivity.Begin(EgressPurpose.Chat, []);
        var client = await probe.Connection.ChatClientAsync(model, cancellationToken);
        var begun = probe.Time.GetTimestamp();
        TimeSpan? latency = null;
        UsageDetails? usage = null;
        await foreach (var update in client.GetStreamingResponseAsync([new ChatMessage(ChatRole.User, "Say yes.")], new() { ModelId = model, MaxOutputTokens = most }, cancellationToken))
        {
            latency ??= probe.Time.GetElapsedTime(begun);
            usage = update.Contents.OfType<UsageContent>().FirstOrDefault()?.Details ?? usage;
            _finish = update.FinishReason ?? _finish;
        }

        _hasUsage = usage is not null;
        if (_finish == ChatFinishReason.ContentFilter)
        {
            throw new WireException(new(ProviderFailure.Filtered, "filtered", "the reply was filtered"));
        }

        var first = latency ?? probe.Time.GetElapsedTime(begun);
        var found = Finding.Ok(FindingCodes.ChatAnswers, string.Create(CultureInfo.InvariantCulture, $"'{model}' answers; its first token came after {first.TotalMilliseconds:0} ms."));
        return (found, usage?.InputTokenCount ?? 0, usage?.OutputTokenCount ?? 0, first);
    });

    private string LargerContext() => probe.Connection.Discovery.Kind switch
    {
        ProviderKind.LlamaCpp => $"Start llama-server with --ctx-size {RecommendedContext} for each of its slots (--parallel), or more.",
        ProviderKind.Vllm => $"Start vLLM with --max-model-len {RecommendedContext} or more.",
        ProviderKind.Ollama => $"Set {probe.Words.Context} to {RecommendedContext} or more.",
        ProviderKind.LmStudio => $"Load the model with a context length of {RecommendedContext} or more.",
        _ => $"Use a model that reads {RecommendedContext} tokens or more; if this one does, set {probe.Words.Context}.",
    };

    private static string Tokens(int count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} tokens");
}
