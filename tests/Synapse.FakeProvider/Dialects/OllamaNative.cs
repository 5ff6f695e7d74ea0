using System.Globalization;
using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Ollama's own API below <c>/api</c>: JSON lines, and errors that are one string.</summary>
internal static class OllamaNative
{
    public static bool IsNative(RecordedRequest request) => request.Path.StartsWith("/api/", StringComparison.Ordinal);

    public static Operation? Resolve(OllamaDialect dialect, RecordedRequest request) => (request.Method, request.Path) switch
    {
        ("POST", "/api/chat") => new(RequestKind.Chat, exchange => dialect.NativeChat(exchange)),
        ("POST", "/api/embed") => new(RequestKind.Embeddings, exchange => Embed(dialect, exchange)),
        ("GET", "/api/tags") => new(RequestKind.Models, exchange => dialect.Json(exchange, Tags(exchange))),
        ("GET", "/api/ps") => new(RequestKind.Discovery, exchange => dialect.Json(exchange, Running(exchange))),
        ("POST", "/api/show") => new(RequestKind.Discovery, exchange => Show(dialect, exchange)),
        ("GET", "/api/version") => new(RequestKind.Health, exchange => dialect.Json(exchange, new JsonObject { ["version"] = "0.12.6" })),
        ("GET" or "HEAD", "/") => new(RequestKind.Health, exchange => dialect.Text(exchange, "Ollama is running", "text/plain; charset=utf-8")),
        _ => null,
    };

    public static IEnumerable<string> Names(Exchange exchange)
        => exchange.Options.Models.Count > 0 ? exchange.Options.Models : ["llama3.2:latest", "nomic-embed-text:latest"];

    /// <summary>The lines of an answer.</summary>
    public static IEnumerable<StreamEvent> Events(ChatStream stream, IReadOnlyList<ChatStep> script)
    {
        var reason = "stop";
        foreach (var step in script)
        {
            switch (step)
            {
                case ChatStep.Text text:
                    stream.Say(text.Value);
                    yield return StreamEvent.Of(EventRole.Text, Line(stream, new() { ["role"] = "assistant", ["content"] = text.Value })) with { Delay = step.Delay };
                    break;
                case ChatStep.Reasoning reasoning:
                    yield return StreamEvent.Of(EventRole.Other, Line(stream, new() { ["role"] = "assistant", ["content"] = "", ["thinking"] = reasoning.Value })) with { Delay = step.Delay };
                    break;
                case ChatStep.Tool { Name: not null } tool:
                    yield return StreamEvent.Of(EventRole.Other, Line(stream, new() { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = new JsonArray(Call(tool.Index, script)) }));
                    break;
                case ChatStep.Failure failure:
                    yield return StreamEvent.Of(EventRole.Error, new JsonObject { ["error"] = failure.Message });
                    yield break;
                case ChatStep.Finish finish:
                    reason = finish.Reason;
                    yield return StreamEvent.Of(EventRole.Finish, LastLine(stream, reason, "")) with { Delay = step.Delay };
                    break;
            }
        }
    }

    /// <summary>The last line of a stream, and the whole reply when nothing is streamed.</summary>
    public static JsonObject LastLine(ChatStream stream, string? reason, string text)
    {
        var line = Line(stream, new() { ["role"] = "assistant", ["content"] = text });
        line["done"] = true;
        line["done_reason"] = reason == "tool_calls" ? "stop" : reason;
        line["total_duration"] = 4_883_583_458;
        line["load_duration"] = 1_334_875;
        line["prompt_eval_count"] = stream.PromptTokens;
        line["prompt_eval_duration"] = 342_546_000;
        line["eval_count"] = stream.CompletionTokens;
        line["eval_duration"] = 4_535_599_000;
        return line;
    }

    private static JsonObject Line(ChatStream stream, JsonObject message) => new()
    {
        ["model"] = stream.Model,
        ["created_at"] = stream.Exchange.Now.ToString("O", CultureInfo.InvariantCulture),
        ["message"] = message,
        ["done"] = false,
    };

    // Here a call arrives in one piece.
    private static JsonObject Call(int index, IReadOnlyList<ChatStep> script)
    {
        var tool = WholeAnswer.Of(script).Tools.First(tool => tool.Index == index);
        return new() { ["function"] = new JsonObject { ["name"] = tool.Name, ["arguments"] = JsonNode.Parse(tool.Arguments) } };
    }

    private static HttpReply Embed(OllamaDialect dialect, Exchange exchange)
    {
        if (exchange.Json is not JsonObject body || OpenAiEmbeddings.Inputs(body["input"]) is not { } inputs)
        {
            return dialect.Fault(exchange, new(FaultKind.BadBody) { Request = RequestKind.Embeddings });
        }

        var model = OpenAiEmbeddings.ModelOf(exchange);
        if (dialect.RefuseInputs(exchange, inputs) is { } refusal)
        {
            return refusal;
        }

        var longest = inputs.Max(TokenCount.Of);
        if (body["truncate"] is JsonValue value && value.TryGetValue<bool>(out var truncate) && !truncate && longest > exchange.Options.EmbeddingTokens)
        {
            return dialect.Fault(exchange, new(FaultKind.InputTooLarge, "", exchange.Options.EmbeddingTokens) { Given = longest });
        }

        var rows = OpenAiEmbeddings.Rows(exchange, inputs, OpenAiEmbeddings.Dimensions(exchange, model, body)).OrderBy(row => row.Index);
        var tokens = inputs.Sum(input => Math.Min(TokenCount.Of(input), exchange.Options.EmbeddingTokens));
        var modelText = JsonText.Of(JsonValue.Create(model));
        var embeddings = string.Join(',', rows.Select(row => OpenAiEmbeddings.Value(row, base64: false)));
        return dialect.Text(exchange, $$"""{"model":{{modelText}},"embeddings":[{{embeddings}}],"total_duration":14143917,"load_duration":1019500,"prompt_eval_count":{{tokens}}}""", "application/json");
    }

    private static JsonObject Tags(Exchange exchange) => new() { ["models"] = new JsonArray([.. Names(exchange).Select(name => Entry(exchange, name))]) };

    private static JsonObject Running(Exchange exchange)
    {
        var entry = Entry(exchange, Names(exchange).First());
        entry["expires_at"] = exchange.Now.AddMinutes(5).ToString("O", CultureInfo.InvariantCulture);
        entry["size_vram"] = 0;
        entry["context_length"] = exchange.LoadedWindow ?? exchange.Options.ContextTokens;
        return new() { ["models"] = new JsonArray(entry) };
    }

    private static JsonObject Entry(Exchange exchange, string name)
    {
        var entry = new JsonObject
        {
            ["name"] = name,
            ["model"] = name,
            ["modified_at"] = exchange.Now.ToString("O", CultureInfo.InvariantCulture),
            ["size"] = 2_019_393_189,
            ["digest"] = "a80c4f17acd55265feec403c7aef86be0c25983ab279d83f3bcd3abbcb5b8b72",
            ["details"] = Details(name),
        };
        AddRemote(entry, name);
        return entry;
    }

    private static HttpReply Show(OllamaDialect dialect, Exchange exchange)
    {
        var name = Tokenizing.TextIn(exchange, "model") is { Length: > 0 } model ? model : Tokenizing.TextIn(exchange, "name");
        if (exchange.Options.Models.Count > 0 && !exchange.Options.Models.Contains(name))
        {
            return dialect.Fault(exchange, new(FaultKind.Model, name));
        }

        var embeds = name.Contains("embed", StringComparison.Ordinal);
        var family = embeds ? "nomic-bert" : "llama";
        var reply = new JsonObject
        {
            ["parameters"] = $"num_ctx                        {exchange.Options.ContextTokens}",
            ["template"] = "{{ .Prompt }}",
            ["details"] = Details(name),
            ["model_info"] = new JsonObject
            {
                ["general.architecture"] = family,
                [$"{family}.context_length"] = 131_072,
                [$"{family}.embedding_length"] = exchange.Options.EmbeddingDimensions ?? 768,
            },
            ["capabilities"] = new JsonArray(embeds ? "embedding" : "completion"),
        };
        AddRemote(reply, name);
        return dialect.Json(exchange, reply);
    }

    private static JsonObject Details(string name) => new()
    {
        ["format"] = "gguf",
        ["family"] = name.Contains("embed", StringComparison.Ordinal) ? "nomic-bert" : "llama",
        ["parameter_size"] = "3.2B",
        ["quantization_level"] = "Q4_K_M",
    };

    // What runs elsewhere says so; a client in offline mode has to notice.
    private static void AddRemote(JsonObject entry, string name)
    {
        if (name.EndsWith("cloud", StringComparison.Ordinal))
        {
            entry["remote_model"] = name.Split(':')[0];
            entry["remote_host"] = "https://ollama.com:443";
        }
    }
}
