using Synapse.Fakes.Dialects;

namespace Synapse.Fakes.Scenarios;

/// <summary>What the token endpoint of Entra does.</summary>
internal static class EntraScenarios
{
    private const string Group = "Entra";
    private static readonly TimeSpan RunOut = TimeSpan.FromMinutes(-5);

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Token("entra-ok", "Tokens as asked for."),
        Token("entra-expiring", "Tokens that last only so many seconds.") with
        {
            Parameters = new Dictionary<string, string> { ["seconds"] = "60" },
            Answer = exchange => Asks(exchange) ? EntraDialect.Granted(exchange, EntraDialect.AudienceOf(exchange), TimeSpan.FromSeconds(exchange.Call.Number("seconds"))) : null,
        },
        Token("entra-expired-token", "Tokens that claim an hour and have run out already.") with
        {
            Answer = exchange => Asks(exchange) ? Claiming(exchange, exchange.Entra.Issue(EntraDialect.AudienceOf(exchange), exchange.Now + RunOut + RunOut, -RunOut)) : null,
        },
        Token("entra-wrong-audience", "Tokens for another resource than the one asked for.") with
        {
            Answer = exchange => Asks(exchange) ? EntraDialect.Granted(exchange, "https://management.azure.com", exchange.Entra.Lifetime) : null,
        },
        Token("entra-wrong-secret", "The secret is wrong (AADSTS7000215).") with { Answer = exchange => Asks(exchange) ? EntraDialect.WrongSecret(exchange) : null },
        Token("entra-unknown-tenant", "There is no such tenant (AADSTS90002).") with { Answer = EntraDialect.UnknownTenant },
        Token("entra-unavailable", "The token endpoint fails.") with
        {
            Answer = exchange => EntraDialect.Refusal(exchange, 503, "temporarily_unavailable", 90033, "A transient error has occurred. Please try again."),
        },
    ];

    private static Scenario Token(string id, string summary) => new(id, Group, summary)
    {
        Kinds = [RequestKind.Token],
        Dialects = ["azure-legacy", "azure-v1", "entra"],
    };

    private static bool Asks(Exchange exchange) => exchange.Request.Path.EndsWith("/token", StringComparison.Ordinal);

    private static Wire.HttpReply Claiming(Exchange exchange, string token) => exchange.Dialect.Json(exchange, new System.Text.Json.Nodes.JsonObject
    {
        ["token_type"] = "Bearer",
        ["expires_in"] = 3599,
        ["ext_expires_in"] = 3599,
        ["access_token"] = token,
    });
}
