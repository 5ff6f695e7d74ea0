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

    /// <summary>The cookie's name. Browsers share cookies among all ports of a host, so the port keeps two servers apart.</summary>
    public static string CookieName(HttpContext context) => $"synapse-{context.Connection.LocalPort}";

    /// <summary>Gives the browser a session. Any session that it brings along ends, so that nobody can plant one.</summary>
    public static void SignIn(HttpContext context, SessionStore sessions)
    {
        End(context, sessions);
        context.Response.Cookies.Append(CookieName(context), sessions.Begin(), Cookie(context));
    }

    /// <summary>Ends the browser's session.</summary>
    public static void SignOut(HttpContext context, SessionStore sessions)
    {
        End(context, sessions);
        context.Response.Cookies.Delete(CookieName(context), Cookie(context));
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (!Request.Cookies.TryGetValue(CookieName(Context), out var id) || string.IsNullOrEmpty(id))
        {
            return Task.FromResult(AuthenticateResult.NoResult());
        }

        var key = SessionStore.KeyOf(id);
        return Task.FromResult(sessions.UseKey(key)
            ? AuthenticateResult.Success(Operator.Ticket(SchemeName, key))
            : AuthenticateResult.Fail("The session has ended."));
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

    private static void End(HttpContext context, SessionStore sessions)
    {
        if (context.Request.Cookies.TryGetValue(CookieName(context), out var id) && !string.IsNullOrEmpty(id))
        {
            sessions.End(id);
        }
    }

    // Lax, not Strict: a link to a page from a note or a mail must find the browser signed in. What changes state is guarded by Origin.
    private static CookieOptions Cookie(HttpContext context)
        => new() { HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, Path = "/", IsEssential = true };
}
