using System.Collections.Concurrent;
using System.Text.Json;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Discovery;

/// <summary>Asks a server what it is and what its models can take. Answers are kept for some minutes, because a server may be started anew with other settings.</summary>
internal sealed class ServerDiscovery(ProviderSettings settings, HttpClient http, FailureClassifier classifier, TimeProvider time) : IDisposable
{
    private const string LlamaCppServer = "llama.cpp";

    private static readonly TimeSpan KeptFor = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly string[] WindowNames = ["max_model_len", "loaded_context_length", "context_length", "context_window", "max_context_length"];

    /// <summary>Who owns the models of Synapse's own embedding server; it tells what one request may hold.</summary>
    private const string OwnServer = "synapse";

    private static readonly string[] NameProperties = ["id", "name", "model"];

    private readonly ConcurrentDictionary<string, (ModelFacts Facts, long At)> _facts = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _asking = new(1);
    private readonly string _root = Root(settings.Endpoint);
    private string? _refusedBy;
    private ProviderKind? _kind = settings.Kind == ProviderKind.LocalUnknown ? null : settings.Kind;

    /// <summary>What is known of the kind without asking.</summary>
    public ProviderKind Kind => _kind ?? settings.Kind;

    /// <summary>Finds out what speaks on the other side.</summary>
    /// <exception cref="WireException">It cannot be reached.</exception>
    public async ValueTask<ProviderKind> FindKindAsync(CancellationToken cancellationToken)
    {
        if (_kind is { } known)
        {
            return known;
        }

        await _asking.WaitAsync(cancellationToken);
        try
        {
            _kind ??= await DetectAsync(cancellationToken);
            return _kind.Value;
        }
        finally
        {
            _asking.Release();
        }
    }

    /// <summary>Finds out what a model can take.</summary>
    /// <exception cref="WireException">The server cannot be reached, or is loading its model.</exception>
    public async ValueTask<ModelFacts> FindFactsAsync(string model, CancellationToken cancellationToken)
    {
        if (_facts.TryGetValue(model, out var kept) && time.GetElapsedTime(kept.At) < KeptFor)
        {
            return kept.Facts;
        }

        var facts = await FindKindAsync(cancellationToken) switch
        {
            ProviderKind.LlamaCpp => await OfLlamaCppAsync(cancellationToken),
            ProviderKind.Ollama => await OfOllamaAsync(model, cancellationToken),
            ProviderKind.TextEmbeddingsInference => await OfTextEmbeddingsInferenceAsync(cancellationToken),
            ProviderKind.LmStudio => await OfListAsync("api/v0/models", model, cancellationToken) ?? await OfListAsync("v1/models", model, cancellationToken) ?? new(),
            ProviderKind.Vllm or ProviderKind.OpenAICompatible => await OfListAsync(settings.Endpoint.AbsolutePath is "/" ? "v1/models" : "models", model, cancellationToken) ?? new(),
            _ => new(),
        };
        _facts[model] = (facts, time.GetTimestamp());
        return facts;
    }

    /// <summary>Forgets what was found, because the server contradicts it.</summary>
    public void Forget(string model) => _facts.TryRemove(model, out _);

    /// <summary>Whether llama.cpp says that it has loaded its model.</summary>
    public async Task<bool> IsHealthyAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync("health", null, cancellationToken) is not null;
        }
        catch (WireException exception) when (exception.Failure.IsLoading)
        {
            return false;
        }
    }

    public void Dispose() => _asking.Dispose();

    private async Task<ProviderKind> DetectAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await GetAsync("props", null, cancellationToken) is { } props && props.TryGetProperty("default_generation_settings", out _))
            {
                return ProviderKind.LlamaCpp;
            }
        }
        catch (WireException exception) when (exception.Failure.IsLoading)
        {
            return ProviderKind.LlamaCpp;
        }

        if (_refusedBy == LlamaCppServer)
        {
            // It shows no page without its key, and says who it is in every reply.
            return ProviderKind.LlamaCpp;
        }

        if (await GetAsync("api/version", null, cancellationToken) is { } version && version.TryGetProperty("version", out _))
        {
            return ProviderKind.Ollama;
        }

        if (await GetAsync("info", null, cancellationToken) is { } info && info.TryGetProperty("max_client_batch_size", out _))
        {
            return ProviderKind.TextEmbeddingsInference;
        }

        if (await GetAsync("api/v0/models", null, cancellationToken) is { } studio && Entries(studio).Length > 0)
        {
            return ProviderKind.LmStudio;
        }

        return (await GetAsync("v1/models", null, cancellationToken) is { } list ? Owner(Entries(list).FirstOrDefault()) : null) switch
        {
            "llamacpp" => ProviderKind.LlamaCpp,
            "vllm" => ProviderKind.Vllm,
            "library" => ProviderKind.Ollama,
            "organization_owner" => ProviderKind.LmStudio,
            _ => ProviderKind.OpenAICompatible,
        };
    }

    // The slots share the window: with a unified cache, one request can have all of it, and nobody has it for sure while others run.
    private async Task<ModelFacts> OfLlamaCppAsync(CancellationToken cancellationToken)
    {
        if (await GetAsync("props", null, cancellationToken) is { } props
            && props.TryGetProperty("default_generation_settings", out var generation)
            && Number(generation, "n_ctx") is { } perSlot)
        {
            return new() { ContextTokens = perSlot };
        }

        var meta = await GetAsync("v1/models", null, cancellationToken) is { } list && Entries(list).FirstOrDefault() is { ValueKind: JsonValueKind.Object } first
            && first.TryGetProperty("meta", out var value) ? value : default;
        return new() { ContextTokens = Number(meta, "n_ctx"), TrainedTokens = Number(meta, "n_ctx_train") };
    }

    private async Task<ModelFacts> OfOllamaAsync(string model, CancellationToken cancellationToken)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["model"] = model });
        if (await GetAsync("api/show", body, cancellationToken) is not { } show)
        {
            return new();
        }

        var running = await GetAsync("api/ps", null, cancellationToken);
        var loaded = running is { } list && list.TryGetProperty("models", out var models) && models.ValueKind == JsonValueKind.Array
            ? models.EnumerateArray().FirstOrDefault(entry => Names(entry, model))
            : default;
        return new()
        {
            ContextTokens = Number(loaded, "context_length"),
            TrainedTokens = TrainedTokens(show),
            IsRemote = HasText(show, "remote_host") || HasText(show, "remote_model"),
        };
    }

    private async Task<ModelFacts> OfTextEmbeddingsInferenceAsync(CancellationToken cancellationToken)
        => await GetAsync("info", null, cancellationToken) is { } info
            ? new()
            {
                BatchSize = Number(info, "max_client_batch_size"),
                InputTokens = Number(info, "max_input_length"),
                ServedModel = info.TryGetProperty("model_id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null,
            }
            : new();

    private async Task<ModelFacts?> OfListAsync(string path, string model, CancellationToken cancellationToken)
    {
        if (await GetAsync(path, null, cancellationToken) is not { } list)
        {
            return null;
        }

        var entry = Entries(list).FirstOrDefault(item => Names(item, model));
        if (Owner(entry) == OwnServer)
        {
            return new() { InputTokens = Number(entry, "max_input_tokens"), BatchSize = Number(entry, "max_batch_inputs") };
        }

        foreach (var name in WindowNames)
        {
            if (Number(entry, name) is { } tokens)
            {
                return new() { ContextTokens = tokens };
            }
        }

        return null;
    }

    /// <summary>Asks for JSON; null when the server does not have the page or answers with something else.</summary>
    private async Task<JsonElement?> GetAsync(string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Discovery, []);
        using var limit = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var address = path == "models" ? new Uri($"{settings.Endpoint.AbsoluteUri.TrimEnd('/')}/models") : new Uri($"{_root}/{path}");
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, address);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        }

        if (settings.ApiKey is { } key)
        {
            request.Headers.Authorization = new("Bearer", key.Reveal());
        }

        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, linked.Token);
            await using var stream = await response.Content.ReadAsStreamAsync(linked.Token);
            using var reply = await BodyReader.ReadAsync(stream, WireLimits.Discovery, linked.Token);
            return reply is { Bytes.Length: > 0 } ? Parse(reply.Bytes) : null;
        }
        catch (WireException exception) when (!exception.Failure.IsLoading && !exception.Failure.IsUnreachable)
        {
            _refusedBy = exception.Failure.Server;
            return null;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new WireException(classifier.Unavailable($"no reply to {path} within {Patience.TotalSeconds:0} s"), exception);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            throw new WireException(classifier.OfException(exception, isMidStream: false)!, exception);
        }
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement[] Entries(JsonElement list)
        => list.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array ? [.. data.EnumerateArray()] : [];

    private static string? Owner(JsonElement entry)
        => entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty("owned_by", out var owner) && owner.ValueKind == JsonValueKind.String ? owner.GetString() : null;

    // Ollama adds ":latest" to names without a tag.
    private static bool Names(JsonElement entry, string model)
        => entry.ValueKind == JsonValueKind.Object
            && NameProperties.Any(property => entry.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String
                && (value.ValueEquals(model) || value.ValueEquals($"{model}:latest")));

    private static int? TrainedTokens(JsonElement show)
    {
        if (!show.TryGetProperty("model_info", out var info) || info.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var property in info.EnumerateObject())
        {
            if (property.Name.EndsWith(".context_length", StringComparison.Ordinal))
            {
                return Number(info, property.Name);
            }
        }

        return null;
    }

    private static bool HasText(JsonElement element, string name)
        => element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 };

    private static int? Number(JsonElement element, string name)
        => element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            && value.TryGetInt32(out var number) && number > 0 ? number : null;

    private static string Root(Uri endpoint)
    {
        var address = endpoint.AbsoluteUri.TrimEnd('/');
        return address.EndsWith("/v1", StringComparison.Ordinal) ? address[..^3] : address;
    }
}
