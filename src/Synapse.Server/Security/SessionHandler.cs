using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Synapse.Server.Security;

/// <summary>Signs a browser in by its session cookie.</summary>
internal sealed class SessionHandler(
    SessionStore sessions, IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    public const string SchemeName = "Session";
    private const string SignInPath = "/sign-in";

    /// <summary>Gives the browser a session. Any session that it brings along ends, so that nobody can plant one.</summary>
    public static async Task SignInAsync(HttpContext context, SessionStore sessions)
    {
        await EndAsync(context, sessions);
        context.Response.Cookies.Append(sessions.CookieName(context), await sessions.BeginAsync(context.RequestAborted), Cookie(context));
    }

    /// <summary>Ends the browser's session.</summary>
    public static async Task SignOutAsync(HttpContext context, SessionStore sessions)
    {
        await EndAsync(context, sessions);
        context.Response.Cookies.Delete(sessions.CookieName(context), Cookie(context));
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Cookies.TryGetValue(sessions.CookieName(Context), out var id) || string.IsNullOrEmpty(id))
        {
            return AuthenticateResult.NoResult();
        }

        var key = SessionStore.KeyOf(id);
        return await sessions.UseKeyAsync(key, Context.RequestAborted)
            ? AuthenticateResult.Success(Operator.Ticket(SchemeName, key))
            : AuthenticateResult.Fail("The session has ended.");
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (HttpMethods.IsGet(Request.Method) && !ResponseHeaders.IsData(Request.Path) && !Request.Path.StartsWithSegments("/_blazor"))
        {
            Response.Redirect(SignInPath);
        }
        else
        {
            Response.StatusCode = StatusCodes.Status401Unauthorized;
        }

        return Task.CompletedTask;
    }

    private static async Task EndAsync(HttpContext context, SessionStore sessions)
    {
        if (context.Request.Cookies.TryGetValue(sessions.CookieName(context), out var id) && !string.IsNullOrEmpty(id))
        {
            await sessions.EndAsync(id, context.RequestAborted);
        }
    }

    // Lax, not Strict: a link to a page from a note or a mail must find the browser signed in. What changes state is guarded by Origin.
    private static CookieOptions Cookie(HttpContext context)
        => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", IsEssential = true };
}
