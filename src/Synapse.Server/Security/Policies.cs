using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;

namespace Synapse.Server.Security;

/// <summary>Who may do what. A route names one of these; one that names none is open to nobody who is not signed in.</summary>
internal static class Policies
{
    /// <summary>Programs with the token, and pages of a browser that is signed in.</summary>
    public const string Api = "api";

    /// <summary>Programs with the token alone: what gives access to others.</summary>
    public const string Token = "token";

    /// <summary>Programs with the token over the Unix socket of the data folder: what names files of this machine.</summary>
    public const string Socket = "socket";

    /// <summary>Browsers that are signed in.</summary>
    public const string Page = "page";

    /// <summary>What scrapes the metrics, with its own token, and programs with the token of the data folder. Known only where metrics are served.</summary>
    public const string Metrics = "metrics";

    /// <summary>Adds the two ways to sign in, and the policies.</summary>
    public static IServiceCollection AddSynapseSecurity(this IServiceCollection services)
    {
        services.AddAuthentication(BearerTokenHandler.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, BearerTokenHandler>(BearerTokenHandler.SchemeName, null)
            .AddScheme<AuthenticationSchemeOptions, SessionHandler>(SessionHandler.SchemeName, null);
        services.AddAuthorizationBuilder()
            .AddPolicy(Api, policy => policy
                .AddAuthenticationSchemes(BearerTokenHandler.SchemeName, SessionHandler.SchemeName).RequireAuthenticatedUser())
            .AddPolicy(Token, policy => policy.AddAuthenticationSchemes(BearerTokenHandler.SchemeName).RequireAuthenticatedUser())
            .AddPolicy(Socket, policy => policy.AddAuthenticationSchemes(BearerTokenHandler.SchemeName).RequireAuthenticatedUser()
                .RequireAssertion(static context => context.Resource is HttpContext http && OwnSocket.Carries(http)))
            .AddPolicy(Page, policy => policy.AddAuthenticationSchemes(SessionHandler.SchemeName).RequireAuthenticatedUser())
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(BearerTokenHandler.SchemeName, SessionHandler.SchemeName)
                .RequireAuthenticatedUser().Build());
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SignInLinks>();
        return services;
    }

    /// <summary>Adds the way in for what scrapes the metrics.</summary>
    public static IServiceCollection AddMetricsToken(this IServiceCollection services, MetricsToken token)
    {
        services.AddSingleton(token);
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, MetricsTokenHandler>(MetricsTokenHandler.SchemeName, null);
        services.AddAuthorizationBuilder().AddPolicy(Metrics, policy => policy
            .AddAuthenticationSchemes(MetricsTokenHandler.SchemeName, BearerTokenHandler.SchemeName).RequireAuthenticatedUser());
        return services;
    }
}
