using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Synapse.Fakes.Tests.TestSupport;

/// <summary>A request in the manner of a dialect.</summary>
internal sealed record DialectRequest(string Method, string Target, JsonNode? Body)
{
    public const string Question = "When do dogs bark?";
    public const string Answer = "Dogs bark at night [2].";
    private const string Passages = "[1] Cats sleep most of the day.\n[2] Dogs bark at night.\n";

    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    public static DialectRequest Get(string target) => new("GET", target, null);

    public static DialectRequest Post(string target, JsonNode body) => new("POST", target, body);

    /// <summary>A question with two passages, of which the second answers it.</summary>
    public static DialectRequest Chat(string dialect, bool stream = true, bool usage = true)
    {
        var body = new JsonObject
        {
            ["model"] = "chat-model",
            ["messages"] = new JsonArray(
                new JsonObject { ["role"] = "system", ["content"] = "Answer from the passages." },
                new JsonObject { ["role"] = "user", ["content"] = $"{Passages}\nQuestion: {Question}" }),
            ["max_tokens"] = 100,
            ["stream"] = stream,
        };
        if (stream && usage && dialect != "anthropic")
        {
            body["stream_options"] = new JsonObject { ["include_usage"] = true };
        }

        if (dialect == "anthropic")
        {
            body["system"] = "Answer from the passages.";
            ((JsonArray)body["messages"]!).RemoveAt(0);
        }

        return Post(ChatPath(dialect), body) with { Headers = dialect == "anthropic" ? [("anthropic-version", "2023-06-01")] : [] };
    }

    public static DialectRequest Embeddings(string dialect, params string[] inputs)
        => Post(EmbeddingPath(dialect), new JsonObject { ["model"] = "embedding-model", ["input"] = new JsonArray([.. inputs.Select(input => JsonValue.Create(input))]) });

    public static DialectRequest Rerank(string dialect) => dialect == "tei"
        ? Post("/rerank", new JsonObject { ["query"] = Question, ["texts"] = new JsonArray("Cats sleep.", "Birds sing.", "Dogs bark.") })
        : Post("/v1/rerank", new JsonObject { ["model"] = "rerank-model", ["query"] = Question, ["documents"] = new JsonArray("Cats sleep.", "Birds sing.", "Dogs bark.") });

    public static DialectRequest Of(RequestKind kind, string dialect, bool stream = true) => kind switch
    {
        RequestKind.Chat => Chat(dialect, stream),
        RequestKind.Embeddings => Embeddings(dialect, "cats sleep", "dogs bark", "birds sing"),
        RequestKind.Rerank => Rerank(dialect),
        RequestKind.Token => Token(),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>What an application with a secret asks of Entra.</summary>
    public static DialectRequest Token(string? tenant = null, string? secret = null, string scope = "https://cognitiveservices.azure.com/.default")
    {
        var entra = new FakeEntra();
        return new DialectRequest("POST", $"/{tenant ?? entra.Tenant}/oauth2/v2.0/token", null)
        {
            Form = $"grant_type=client_credentials&client_id={entra.ClientId}&client_secret={secret ?? entra.ClientSecret}&scope={Uri.EscapeDataString(scope)}",
        };
    }

    public string? Form { get; init; }

    public DialectRequest With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };

    public byte[] ToBytes()
    {
        var body = Form is not null ? Encoding.UTF8.GetBytes(Form) : Body is null ? [] : Encoding.UTF8.GetBytes(Body.ToJsonString());
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {Target} HTTP/1.1\r\nHost: localhost\r\n");
        foreach (var (name, value) in Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        head.Append(CultureInfo.InvariantCulture, $"Content-Type: {(Form is null ? "application/json" : "application/x-www-form-urlencoded")}\r\nContent-Length: {body.Length}\r\n\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. body];
    }

    private static string ChatPath(string dialect) => dialect switch
    {
        "azure-legacy" => "/openai/deployments/chat-model/chat/completions?api-version=2024-10-21",
        "azure-v1" => "/openai/v1/chat/completions",
        "anthropic" => "/v1/messages",
        _ => "/v1/chat/completions",
    };

    private static string EmbeddingPath(string dialect) => dialect switch
    {
        "azure-legacy" => "/openai/deployments/embedding-model/embeddings?api-version=2024-10-21",
        "azure-v1" => "/openai/v1/embeddings",
        _ => "/v1/embeddings",
    };
}
