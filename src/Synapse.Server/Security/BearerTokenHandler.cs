using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Synapse.Server.Security;

/// <summary>Signs in by the bearer token of the Authorization header. The token is not looked for anywhere else.</summary>
internal sealed class BearerTokenHandler(
    ApiToken token, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Bearer";
    private const string Prefix = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Check());

    /// <summary>The credential of the Authorization header; null when there is none of this kind.</summary>
    internal static string? CredentialOf(HttpRequest request)
        => request.Headers.Authorization is [{ } header] && header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : null;

    /// <summary>Asks for a token.</summary>
    internal static Task ChallengeAsync(HttpResponse response)
    {
        response.StatusCode = StatusCodes.Status401Unauthorized;
        response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => ChallengeAsync(Response);

    private AuthenticateResult Check()
    {
        if (CredentialOf(Request) is not { } credential)
        {
            return AuthenticateResult.NoResult();
        }

        return token.Matches(credential)
            ? AuthenticateResult.Success(Operator.Ticket(SchemeName))
            : AuthenticateResult.Fail("The bearer token is not valid.");
    }
}
