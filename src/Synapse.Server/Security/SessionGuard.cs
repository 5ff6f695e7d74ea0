namespace Synapse.Server.Security;

/// <summary>A cookie alone changes nothing: a state-changing request that was signed in by one must show that it comes from a page of this server.</summary>
internal sealed class SessionGuard(RequestDelegate next, SessionStore sessions)
{
    public Task InvokeAsync(HttpContext context)
    {
        var bringsCookie = context.Request.Cookies.ContainsKey(sessions.CookieName(context));
        var bringsToken = context.Request.Headers.Authorization.Count > 0;
        return bringsCookie && !bringsToken && RequestGuard.ChangesState(context.Request) && !RequestGuard.ShowsOwnOrigin(context.Request)
            ? RequestGuard.RefuseOriginAsync(context)
            : next(context);
    }
}
