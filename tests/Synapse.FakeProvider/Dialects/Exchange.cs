using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Synapse.Fakes.Scenarios;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>One request on its way to a reply: what is known while it is answered.</summary>
internal sealed class Exchange(RecordedRequest request, Dialect dialect, ScenarioUse use, FakeState state)
{
    private readonly Lazy<JsonNode?> _json = new(() => Parse(request.Body));

    public RecordedRequest Request => request;

    public Dialect Dialect => dialect;

    public RequestKind Kind => request.Kind;

    public FakeProviderOptions Options => state.Options;

    public FakeEntra Entra => state.Entra;

    /// <summary>The window that the model was last loaded with, where requests choose it; null for that of the options.</summary>
    public int? LoadedWindow
    {
        get => state.LoadedWindow;
        set => state.LoadedWindow = value;
    }

    public Scenario Scenario => use.Call.Scenario;

    public ScenarioCall Call => use.Call;

    /// <summary>How often this call of the scenario has been met, from 1.</summary>
    public int Use => use.Number;

    /// <summary>The body; null when it is not JSON.</summary>
    public JsonNode? Json => _json.Value;

    /// <summary>Whether the body asks for a stream.</summary>
    public bool WantsStream => Kind == RequestKind.Chat && Json is JsonObject body
        && (body["stream"] is JsonValue value && value.TryGetValue<bool>(out var wanted) ? wanted : request.Path == "/api/chat");

    /// <summary>The same numbers for the same seed and request.</summary>
    public Random Random { get; } = new(unchecked(state.Options.Seed * 7919 + request.Number));

    public DateTimeOffset Now => state.Options.Time.GetUtcNow();

    /// <summary>The reply that the same request got before, or a new one.</summary>
    public HttpReply Remember(Func<HttpReply> answer)
        => state.Remembered.GetOrAdd(Convert.ToHexString(SHA256.HashData(request.Body)) + request.Path, _ => answer());

    /// <summary>Letters and digits that look like an id.</summary>
    public string Token(int length)
        => string.Create(length, Random, (span, random) => random.GetItems("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", span));

    private static JsonNode? Parse(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
