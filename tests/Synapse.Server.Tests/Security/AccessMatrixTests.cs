using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Synapse.Contracts;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Security;

/// <summary>Every door with every credential, and every way a foreign page could knock.</summary>
public sealed class AccessMatrixTests(RunningServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>One request for every route of the API; bodies are right, so that only the credential decides.</summary>
    public static TheoryData<string, string, string?> ApiRoutes => new()
    {
        { "GET", "/api/health", null },
        { "GET", "/api/v1/collections", null },
        { "POST", "/api/v1/collections", """{"name":"never made"}""" },
        { "GET", "/api/v1/collections/sample", null },
        { "PATCH", "/api/v1/collections/sample", """{"localOnly":true}""" },
        { "DELETE", "/api/v1/collections/sample", null },
        { "GET", "/api/v1/egress", null },
        { "GET", "/api/v1/collections/sample/documents", null },
        { "GET", "/api/v1/sources", null },
        { "POST", "/api/v1/sources", """{"path":"/"}""" },
        { "GET", "/api/v1/sources/1", null },
        { "DELETE", "/api/v1/sources/1", null },
        { "GET", "/api/v1/sources/1/skipped", null },
        { "GET", "/api/v1/documents/1", null },
        { "GET", "/api/v1/documents/1/text", null },
        { "GET", "/api/v1/documents/1/raw", null },
        { "GET", "/api/v1/jobs", null },
        { "GET", "/api/v1/jobs/1", null },
        { "POST", "/api/v1/jobs/1/cancel", null },
        { "POST", "/api/v1/jobs/1/pause", null },
        { "POST", "/api/v1/jobs/1/resume", null },
        { "GET", "/api/v1/jobs/1/events", null },
        { "POST", "/api/v1/search", """{"query":"rent"}""" },
        { "POST", "/api/v1/answers", """{"question":"rent?"}""" },
        { "POST", "/api/v1/sign-in-links", null },
        { "GET", "/api/v1/models", null },
        { "GET", "/api/v1/models/nothing", null },
        { "POST", "/api/v1/models/pull", """{"model":"all-MiniLM-L6-v2"}""" },
        { "POST", "/api/v1/models/nothing/verify", null },
        { "DELETE", "/api/v1/models/nothing", null },
        { "POST", "/api/v1/models/bundle", """{"models":["nothing"],"output":"/nothing/x"}""" },
        { "POST", "/api/v1/models/import", """{"path":"/nothing"}""" },
        { "GET", "/api/v1/backup", null },
        { "GET", "/api/v1/collections/sample/export", null },
        { "POST", "/api/v1/collections/import", null },
        { "POST", "/api/v1/backups", """{"path":"/nothing/x"}""" },
        { "POST", "/api/v1/exports", """{"collection":"sample","path":"/nothing/x"}""" },
        { "POST", "/api/v1/imports", """{"path":"/nothing/x"}""" },
        { "GET", "/openapi/v1.json", null },
        { "GET", "/api/v1/nothing", null },
    };

    [Theory]
    [MemberData(nameof(ApiRoutes))]
    public async Task No_route_answers_without_a_credential(string method, string path, string? body)
        => await RefusedAsync(method, path, body, HttpStatusCode.Unauthorized, ErrorCodes.Unauthorized);

    [Theory]
    [MemberData(nameof(ApiRoutes))]
    public async Task No_route_answers_to_a_wrong_token(string method, string path, string? body)
    {
        // As long as the right one, and equal but for its last character.
        var wrong = server.Token[..^1] + (server.Token[^1] == 'A' ? 'B' : 'A');
        await RefusedAsync(method, path, body, HttpStatusCode.Unauthorized, ErrorCodes.Unauthorized, ("Authorization", $"Bearer {wrong}"));
    }

    [Theory]
    [MemberData(nameof(ApiRoutes))]
    public async Task No_route_answers_under_a_foreign_host_name(string method, string path, string? body)
        => await RefusedAsync(
            method, path, body, HttpStatusCode.Forbidden, ErrorCodes.HostNotAllowed, ("Authorization", $"Bearer {server.Token}"), ("Host", "evil.example"));

    [Theory]
    [MemberData(nameof(ApiRoutes))]
    public async Task No_route_answers_to_a_page_of_another_origin(string method, string path, string? body)
        => await RefusedAsync(
            method, path, body, HttpStatusCode.Forbidden, ErrorCodes.OriginNotAllowed,
            ("Authorization", $"Bearer {server.Token}"), ("Origin", "http://evil.example"));

    [Theory]
    [MemberData(nameof(ApiRoutes))]
    public async Task A_cookie_alone_changes_nothing(string method, string path, string? body)
    {
        if (method == "GET")
        {
            return;
        }

        await RefusedAsync(method, path, body, HttpStatusCode.Forbidden, ErrorCodes.OriginNotAllowed, ("Cookie", await server.SignInAsync()));
    }

    [Fact]
    public async Task A_cookie_with_the_pages_own_origin_is_enough()
    {
        using var response = await SendAsync("POST", "/api/v1/search", """{"query":"rent"}""", ("Cookie", await server.SignInAsync()), ("Origin", server.Address));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var read = await SendAsync("GET", "/api/v1/collections", null, ("Cookie", await server.SignInAsync()));
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    [Fact]
    public async Task A_cookie_makes_no_sign_in_links()
        => await RefusedAsync(
            "POST", "/api/v1/sign-in-links", null, HttpStatusCode.Unauthorized, ErrorCodes.Unauthorized,
            ("Cookie", await server.SignInAsync()), ("Origin", server.Address));

    [Theory]
    [InlineData("null")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("https://127.0.0.1")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("http://127.0.0.1")]
    public async Task An_origin_that_only_looks_like_ours_is_foreign(string origin)
        => await RefusedAsync("GET", "/api/health/live", null, HttpStatusCode.Forbidden, ErrorCodes.OriginNotAllowed, ("Origin", origin));

    [Theory]
    [InlineData("localhost.evil.example")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("0.0.0.0")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("127.1")]
    public async Task A_host_that_only_looks_like_ours_is_refused(string host)
        => await RefusedAsync("GET", "/api/health/live", null, HttpStatusCode.Forbidden, ErrorCodes.HostNotAllowed, ("Host", host));

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:3000")]
    public async Task The_loopback_names_are_ours(string host)
    {
        using var response = await SendAsync("GET", "/api/health/live", null, ("Host", host));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("cross-site")]
    [InlineData("same-site")]
    public async Task A_request_that_the_browser_calls_foreign_is_refused_though_it_names_no_origin(string site)
        => await RefusedAsync("GET", "/api/health/live", null, HttpStatusCode.Forbidden, ErrorCodes.OriginNotAllowed, ("Sec-Fetch-Site", site), ("Sec-Fetch-Mode", "no-cors"));

    [Fact]
    public async Task A_link_from_elsewhere_may_lead_to_a_page()
    {
        using var response = await SendAsync(
            "GET", "/", null,
            ("Cookie", await server.SignInAsync()), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData(null)]
    public async Task The_circuit_of_a_page_opens_to_its_own_origin_alone(string? origin)
    {
        var headers = new List<(string, string)>
        {
            ("Cookie", await server.SignInAsync()), ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        };
        if (origin is not null)
        {
            headers.Add(("Origin", origin));
        }

        await RefusedAsync("GET", "/_blazor", null, HttpStatusCode.Forbidden, ErrorCodes.OriginNotAllowed, [.. headers]);
    }

    [Fact]
    public async Task The_circuit_of_a_page_needs_a_session()
    {
        using var response = await SendAsync("POST", "/_blazor/negotiate?negotiateVersion=1", null, ("Origin", server.Address));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task No_response_opens_the_server_to_other_origins()
    {
        using var response = await SendAsync("OPTIONS", "/api/v1/search", null, ("Origin", server.Address), ("Access-Control-Request-Method", "POST"));
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("/api/health/live")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/sign-in")]
    [InlineData("/")]
    [InlineData("/_synapse/synapse.css")]
    public async Task Every_response_tells_the_browser_what_it_may_do(string path)
    {
        using var response = await SendAsync("GET", path, null);
        string Header(string name) => string.Join(", ", response.Headers.GetValues(name));
        Assert.Contains("default-src 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Opener-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.Contains("camera=()", Header("Permissions-Policy"), StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Fact]
    public async Task The_token_is_taken_from_the_authorization_header_alone()
    {
        using var query = await SendAsync("GET", $"/api/v1/collections?access_token={server.Token}&token={server.Token}", null);
        Assert.Equal(HttpStatusCode.Unauthorized, query.StatusCode);
        using var key = await SendAsync("GET", "/api/v1/collections", null, ("X-Api-Key", server.Token));
        Assert.Equal(HttpStatusCode.Unauthorized, key.StatusCode);
        using var cookie = await SendAsync("GET", "/api/v1/collections", null, ("Cookie", $"token={server.Token}"));
        Assert.Equal(HttpStatusCode.Unauthorized, cookie.StatusCode);
    }

    private async Task RefusedAsync(
        string method, string path, string? body, HttpStatusCode status, string code, params (string Name, string Value)[] headers)
    {
        using var response = await SendAsync(method, path, body, headers);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(code, (await response.ReadProblemAsync()).Code);
    }

    private async Task<HttpResponseMessage> SendAsync(string method, string path, string? body, params (string Name, string Value)[] headers)
    {
        using var client = server.Browser();
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await client.SendAsync(request, Cancel);
    }
}
