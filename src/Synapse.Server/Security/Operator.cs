using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Synapse.Server.Security;

/// <summary>The one person that a server on one's own machine knows.</summary>
internal static class Operator
{
    /// <summary>Claim that holds the key of the browser's session, so that a page can ask whether it still goes on.</summary>
    public const string SessionClaim = "session";

    /// <summary>A ticket for the operator.</summary>
    /// <param name="scheme">How the operator signed in.</param>
    /// <param name="sessionKey">Key of the session; null without one.</param>
    public static AuthenticationTicket Ticket(string scheme, string? sessionKey = null)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "operator")], scheme);
        if (sessionKey is not null)
        {
            identity.AddClaim(new Claim(SessionClaim, sessionKey));
        }

        return new AuthenticationTicket(new ClaimsPrincipal(identity), scheme);
    }
}
