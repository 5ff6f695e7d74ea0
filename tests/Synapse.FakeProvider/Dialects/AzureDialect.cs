using System.Globalization;
using System.Text.Json.Nodes;
using Synapse.Fakes.Streams;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Azure OpenAI; the two surfaces differ in their routes and in the audience of tokens.</summary>
internal abstract class AzureDialect : OpenAiDialect
{
    private const string WrongKey =
        "Access denied due to invalid subscription key or wrong API endpoint. Make sure to provide a valid key for an active subscription and use a correct regional API endpoint for your resource.";

    public sealed override IReadOnlyList<RequestKind> Work => [RequestKind.Chat, RequestKind.Embeddings, RequestKind.Token];

    /// <summary>The audience that tokens must carry.</summary>
    protected abstract string Audience { get; }

    /// <summary>Whether a key may come as a bearer token.</summary>
    protected abstract bool TakesBearerKeys { get; }

    /// <summary>What the request asks of a model.</summary>
    protected abstract Operation ResolveModel(RecordedRequest request);

    /// <summary>The name of the deployment.</summary>
    protected abstract string DeploymentOf(Exchange exchange);

    /// <summary>Tokens are given out at the same address, so that one fake is all that a test of Entra needs.</summary>
    public sealed override Operation Resolve(RecordedRequest request) => EntraDialect.ResolveToken(request) ?? ResolveModel(request);

    public override HttpReply? Authorize(Exchange exchange)
    {
        var bearer = exchange.Request.Header("Authorization") is { } header && header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..] : null;
        if (bearer is not null && exchange.Entra.Judge(bearer, Audience, exchange.Now) is var verdict && verdict != TokenVerdict.NotAToken)
        {
            return verdict == TokenVerdict.Valid ? null : Fault(exchange, new(FaultKind.TokenExpired));
        }

        if (exchange.Options.Key is not { } key)
        {
            return null;
        }

        var given = exchange.Request.Header("api-key") ?? (TakesBearerKeys ? bearer : null);
        return given == key ? null : bearer is not null && given is null ? Fault(exchange, new(FaultKind.TokenExpired)) : Fault(exchange, new(FaultKind.Key));
    }

    public override FaultText Describe(Exchange exchange, Fault fault) => fault.Kind switch
    {
        FaultKind.Key => new(401, WrongKey, Code: "401"),
        FaultKind.TokenExpired => new(
            401,
            $"Access token is missing, invalid, audience is incorrect ({Audience}), or have expired.",
            Code: "Unauthorized"),
        FaultKind.RoleMissing => new(
            401,
            "The principal `11111111-2222-3333-4444-555555555555` lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action` to perform `POST /openai/deployments/{deployment-id}/chat/completions` operation.",
            Code: "PermissionDenied"),
        FaultKind.Forbidden => fault.Form switch
        {
            "public-access" => new(403, "Public access is disabled. Please configure private endpoint.", Code: "403"),
            "abuse" => new(403, "Your resource has been temporarily blocked because we detected behavior that may violate our content policy.", Code: "403"),
            "local-auth" => new(403, "Key based authentication is disabled for this resource.", Code: "AuthenticationTypeDisabled"),
            _ => new(403, "Access denied due to Virtual Network/Firewall rules.", Code: "403"),
        },
        FaultKind.Deployment or FaultKind.Model => new(
            404,
            "The API deployment for this resource does not exist. If you created the deployment within the last 5 minutes, please wait a moment and try again.",
            Code: "DeploymentNotFound"),
        FaultKind.Route => new(404, "Resource not found", Code: "404"),
        FaultKind.RateLimit => new(
            429,
            $"Requests to the {(fault.Request == RequestKind.Embeddings ? "Embeddings_Create" : "ChatCompletions_Create")} Operation under Azure OpenAI API version 2024-10-21 have exceeded token rate limit of your current OpenAI S0 pricing tier. Please retry after 22 seconds. Please go here: https://aka.ms/oai/quotaincrease if you would like to further increase the default rate limit.",
            Code: "429"),
        FaultKind.Loading or FaultKind.Busy => new(503, "The service is temporarily unable to process your request. Please try again later.", Code: "503"),
        FaultKind.Timeout => new(408, "The operation was timeout.", Code: "Timeout"),
        FaultKind.Conflict => new(409, "The request conflicts with another operation on the resource.", Code: "Conflict"),
        FaultKind.Server => new(500, "Internal server error", Code: "InternalServerError"),
        _ => base.Describe(exchange, fault),
    };

    public override HttpReply Fault(Exchange exchange, Fault fault)
        => fault.Kind == FaultKind.Filter ? Json(exchange, AzureFilters.Refusal(), 400) : base.Fault(exchange, fault);

    public override IEnumerable<KeyValuePair<string, string>> RateHeaders(Exchange exchange) =>
    [
        new("x-ratelimit-remaining-requests", "0"),
        new("x-ratelimit-reset-requests", "10"),
        new("x-ratelimit-reset-tokens", "22"),
    ];

    // The gateway gives code and message alone; what the model refuses has OpenAI's four members.
    protected override JsonObject ErrorBody(FaultText text)
        => text.Type is null
            ? new() { ["error"] = new JsonObject { ["code"] = text.Code, ["message"] = text.Message } }
            : base.ErrorBody(text);

    protected override IEnumerable<KeyValuePair<string, string>> UsualHeaders(Exchange exchange) =>
    [
        new("apim-request-id", string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{exchange.Request.Number:x12}")),
        new("x-ms-region", "Sweden Central"),
        new("azureml-model-session", "d20240925184536-2b7aaa81"),
    ];

    protected override HttpReply? UnknownModel(Exchange exchange, string model) => base.UnknownModel(exchange, DeploymentOf(exchange));

    protected override ChatStream Begin(Exchange exchange, ChatRequest request)
        => new(exchange, request, $"chatcmpl-{exchange.Token(29)}", "gpt-4o-2024-11-20");

    protected override IEnumerable<StreamEvent> Prologue(ChatStream stream)
    {
        var chunk = new JsonObject
        {
            ["id"] = "",
            ["object"] = "",
            ["created"] = 0,
            ["model"] = "",
            ["prompt_filter_results"] = new JsonArray(new JsonObject { ["prompt_index"] = 0, ["content_filter_results"] = AzureFilters.Passed() }),
            ["choices"] = new JsonArray(),
        };
        if (stream.Request.IncludeUsage)
        {
            chunk["usage"] = null;
        }

        return [StreamEvent.Of(EventRole.Other, chunk)];
    }

    protected override JsonObject StartDelta() => new() { ["role"] = "assistant", ["content"] = "", ["refusal"] = null };

    protected override JsonObject Choice(ChatStream stream, JsonObject delta, string? finish) => new()
    {
        ["index"] = 0,
        ["finish_reason"] = finish,
        ["delta"] = delta,
        ["content_filter_results"] = finish == "content_filter" ? AzureFilters.Blocked() : delta.ContainsKey("role") || finish is not null ? new JsonObject() : AzureFilters.Passed(),
    };

    protected override JsonObject WholeEnvelope(ChatStream stream, JsonObject choice)
    {
        var whole = base.WholeEnvelope(stream, choice);
        choice["content_filter_results"] = AzureFilters.Passed();
        whole["prompt_filter_results"] = new JsonArray(new JsonObject { ["prompt_index"] = 0, ["content_filter_results"] = AzureFilters.Passed() });
        return whole;
    }
}
