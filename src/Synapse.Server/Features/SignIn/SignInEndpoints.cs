using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Web.Layout;

namespace Synapse.Server.Features.SignIn;

/// <summary>One-time links that sign a browser in, as Jupyter has them; no password exists.</summary>
internal static partial class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/v1/sign-in-links", CreateLinkAsync).WithTags("Sign-in").RequireAuthorization(Policies.Token)
            .WithSummary("Makes a link that signs one browser in, once. Takes the token, not a cookie.");
        endpoints.MapGet("/sign-in", SignInAsync).AllowAnonymous().ExcludeFromDescription();
        endpoints.MapPost("/sign-out", SignOutAsync).RequireAuthorization(Policies.Page).ExcludeFromDescription();
    }

    /// <summary>The address of a one-time link.</summary>
    public static string LinkOf(string address, string token) => $"{address}/sign-in?token={token}";

    private static async Task<Ok<SignInLinkResponse>> CreateLinkAsync(
        SignInLinks links, ServerAddress address, CancellationToken cancellationToken)
    {
        if (address.Value is not { } value)
        {
            throw new NoPagesException();
        }

        var (token, expiresAt) = await links.CreateAsync(cancellationToken);
        return TypedResults.Ok(new SignInLinkResponse(LinkOf(value, token), expiresAt));
    }

    private static async Task<Results<RedirectHttpResult, RazorComponentResult<SignInPage>>> SignInAsync(
        HttpContext context, SignInLinks links, SessionStore sessions, ILoggerFactory loggers, CancellationToken cancellationToken, string? token = null)
    {
        if (token is not null && await links.RedeemAsync(token, cancellationToken))
        {
            await SessionHandler.SignInAsync(context, sessions);
            LogSignedIn(Logger(loggers));

            // The token leaves the address bar and the history with this redirect.
            return TypedResults.LocalRedirect("/");
        }

        if (token is not null)
        {
            LogRefused(Logger(loggers));
        }

        var message = token is null
            ? "Synapse is on this machine only for whoever started it. Open the sign-in link that it printed when it started."
            : "This sign-in link is used up, too old, or from before a restart.";
        return new RazorComponentResult<SignInPage>(new { Message = message }) { StatusCode = StatusCodes.Status401Unauthorized };
    }

    private static async Task<RedirectHttpResult> SignOutAsync(HttpContext context, SessionStore sessions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await SessionHandler.SignOutAsync(context, sessions);
        return TypedResults.LocalRedirect("/sign-in");
    }

    private static ILogger Logger(ILoggerFactory loggers) => loggers.CreateLogger("Synapse.Server.SignIn");

    [LoggerMessage(LogLevel.Information, "A browser signed in with a one-time link")]
    private static partial void LogSignedIn(ILogger logger);

    [LoggerMessage(LogLevel.Warning, "A sign-in link was refused: used up, too old, or unknown")]
    private static partial void LogRefused(ILogger logger);
}
