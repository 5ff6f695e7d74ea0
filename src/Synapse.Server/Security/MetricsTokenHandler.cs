using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Synapse.Server.Security;

/// <summary>Signs in what scrapes the metrics, by the token that is for nothing else. Only the policy of that address asks this handler.</summary>
internal sealed class MetricsTokenHandler(
    MetricsToken token, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Metrics";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        => Task.FromResult(BearerTokenHandler.CredentialOf(Request) is { } credential && token.Matches(credential)
            ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "metrics")], SchemeName)), SchemeName))
            : AuthenticateResult.NoResult());

    protected override Task HandleChallengeAsync(AuthenticationProperties properties) => BearerTokenHandler.ChallengeAsync(Response);
}
