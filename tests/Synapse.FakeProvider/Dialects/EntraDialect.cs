using System.Globalization;
using System.Text.Json.Nodes;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes.Dialects;

/// <summary>Microsoft Entra's token endpoint for applications, and the endpoints of managed identities.</summary>
internal sealed class EntraDialect : Dialect
{
    private const string TokenPath = "/oauth2/v2.0/token";
    private const string ConfigurationPath = "/v2.0/.well-known/openid-configuration";

    public override string Id => "entra";

    public override IReadOnlyList<RequestKind> Work => [RequestKind.Token];

    public static Operation? ResolveToken(RecordedRequest request)
    {
        if (request is { Method: "POST" } && TenantBefore(request.Path, TokenPath) is not null)
        {
            return new(RequestKind.Token, Token, Public: true);
        }

        return (request.Method, request.Path) switch
        {
            ("GET", var path) when TenantBefore(path, ConfigurationPath) is not null => new(RequestKind.Token, Configuration, Public: true),
            ("GET", "/common/discovery/instance") => new(RequestKind.Token, Instance, Public: true),
            ("GET", "/metadata/identity/oauth2/token") => new(RequestKind.Token, VirtualMachineIdentity, Public: true),
            ("GET", "/msi/token") => new(RequestKind.Token, AppServiceIdentity, Public: true),
            _ => null,
        };
    }

    public override Operation Resolve(RecordedRequest request)
        => ResolveToken(request) ?? new(RequestKind.Unknown, exchange => Text(exchange, "", null, 404), Public: true);

    public override HttpReply? Authorize(Exchange exchange) => null;

    public override HttpReply Shape(Exchange exchange, FaultText text) => Refusal(exchange, text.Status, text.Code ?? "server_error", 90033, text.Message);

    /// <summary>A refusal in the form of OAuth, with the number that the documentation explains.</summary>
    public static HttpReply Refusal(Exchange exchange, int status, string error, int number, string message)
    {
        var trace = string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{exchange.Request.Number:x12}");
        var time = exchange.Now.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture);
        return exchange.Dialect.Json(
            exchange,
            new JsonObject
            {
                ["error"] = error,
                ["error_description"] = $"AADSTS{number}: {message} Trace ID: {trace} Correlation ID: {trace} Timestamp: {time}",
                ["error_codes"] = new JsonArray(number),
                ["timestamp"] = time,
                ["trace_id"] = trace,
                ["correlation_id"] = trace,
                ["error_uri"] = $"https://login.microsoftonline.com/error?code={number}",
            },
            status,
            "application/json; charset=utf-8");
    }

    public static HttpReply UnknownTenant(Exchange exchange) => Refusal(
        exchange,
        400,
        "invalid_request",
        90002,
        $"Tenant '{exchange.Request.Path.Split('/')[1]}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.");

    public static HttpReply WrongSecret(Exchange exchange) => Refusal(
        exchange,
        401,
        "invalid_client",
        7000215,
        $"Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{exchange.Entra.ClientId}'.");

    /// <summary>The reply with a token.</summary>
    public static HttpReply Granted(Exchange exchange, string audience, TimeSpan lifetime) => exchange.Dialect.Json(
        exchange,
        new JsonObject
        {
            ["token_type"] = "Bearer",
            ["expires_in"] = (int)lifetime.TotalSeconds,
            ["ext_expires_in"] = (int)lifetime.TotalSeconds,
            ["access_token"] = exchange.Entra.Issue(audience, exchange.Now, lifetime),
        },
        200,
        "application/json; charset=utf-8").WithHeader("cache-control", "no-store, no-cache");

    /// <summary>The audience that a request for a token names, as scope or as resource.</summary>
    public static string AudienceOf(Exchange exchange)
    {
        var scope = exchange.Request.Query("resource") ?? Form(exchange, "scope") ?? Form(exchange, "resource") ?? "";
        var suffix = scope.IndexOf("/.default", StringComparison.Ordinal);
        return (suffix < 0 ? scope : scope[..suffix]).TrimEnd('/');
    }

    private static HttpReply Token(Exchange exchange)
    {
        var tenant = TenantBefore(exchange.Request.Path, TokenPath)!;
        if (tenant != exchange.Entra.Tenant && tenant is not ("organizations" or "common"))
        {
            return UnknownTenant(exchange);
        }

        if (Form(exchange, "grant_type") is not "client_credentials")
        {
            return Refusal(exchange, 400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type.");
        }

        if (Form(exchange, "client_id") != exchange.Entra.ClientId)
        {
            return Refusal(exchange, 400, "unauthorized_client", 700016, $"Application with identifier '{Form(exchange, "client_id")}' was not found in the directory 'Fake'.");
        }

        // A workload proves itself by an assertion, which is taken as it is.
        if (Form(exchange, "client_assertion") is null && Form(exchange, "client_secret") != exchange.Entra.ClientSecret)
        {
            return WrongSecret(exchange);
        }

        return AudienceOf(exchange) is { Length: > 0 } audience
            ? Granted(exchange, audience, exchange.Entra.Lifetime)
            : Refusal(exchange, 400, "invalid_scope", 70011, "The provided request must include a 'scope' input parameter.");
    }

    private static HttpReply Configuration(Exchange exchange)
    {
        var tenant = TenantBefore(exchange.Request.Path, ConfigurationPath)!;
        if (tenant != exchange.Entra.Tenant && tenant is not ("organizations" or "common"))
        {
            return UnknownTenant(exchange);
        }

        var root = $"{(exchange.Options.Https ? "https" : "http")}://{exchange.Request.Header("Host")}/{tenant}";
        return exchange.Dialect.Json(exchange, new JsonObject
        {
            ["token_endpoint"] = root + TokenPath,
            ["token_endpoint_auth_methods_supported"] = new JsonArray("client_secret_post", "private_key_jwt"),
            ["jwks_uri"] = root + "/discovery/v2.0/keys",
            ["issuer"] = root + "/v2.0",
            ["authorization_endpoint"] = root + "/oauth2/v2.0/authorize",
            ["device_authorization_endpoint"] = root + "/oauth2/v2.0/devicecode",
        });
    }

    private static HttpReply Instance(Exchange exchange)
    {
        var host = exchange.Request.Header("Host");
        return exchange.Dialect.Json(exchange, new JsonObject
        {
            ["tenant_discovery_endpoint"] = $"https://{host}/{exchange.Entra.Tenant}{ConfigurationPath}",
            ["api-version"] = "1.1",
            ["metadata"] = new JsonArray(new JsonObject { ["preferred_network"] = host, ["preferred_cache"] = host, ["aliases"] = new JsonArray(host) }),
        });
    }

    private static HttpReply VirtualMachineIdentity(Exchange exchange)
        => exchange.Request.Header("Metadata") == "true"
            ? Identity(exchange)
            : exchange.Dialect.Json(exchange, new JsonObject { ["error"] = "invalid_request", ["error_description"] = "Required metadata header not specified" }, 400);

    private static HttpReply AppServiceIdentity(Exchange exchange)
        => exchange.Request.Header("X-IDENTITY-HEADER") is { Length: > 0 }
            ? Identity(exchange)
            : exchange.Dialect.Text(exchange, "", null, 401);

    // The endpoints of managed identities give numbers as strings.
    private static HttpReply Identity(Exchange exchange)
    {
        var audience = AudienceOf(exchange);
        var until = exchange.Now + exchange.Entra.Lifetime;
        return exchange.Dialect.Json(exchange, new JsonObject
        {
            ["access_token"] = exchange.Entra.Issue(audience, exchange.Now, exchange.Entra.Lifetime),
            ["client_id"] = exchange.Entra.ClientId,
            ["expires_in"] = ((int)exchange.Entra.Lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            ["expires_on"] = until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["resource"] = audience,
            ["token_type"] = "Bearer",
        });
    }

    private static string? TenantBefore(string path, string suffix)
        => path.EndsWith(suffix, StringComparison.Ordinal) && path[1..^suffix.Length] is { Length: > 0 } tenant && !tenant.Contains('/') ? tenant : null;

    private static string? Form(Exchange exchange, string name)
        => exchange.Request.BodyText.Split('&', StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('=', 2))
            .Where(pair => pair.Length == 2 && Uri.UnescapeDataString(pair[0]) == name)
            .Select(pair => Uri.UnescapeDataString(pair[1].Replace('+', ' ')))
            .FirstOrDefault();
}
