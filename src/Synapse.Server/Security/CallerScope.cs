using System.Security.Claims;
using Microsoft.AspNetCore.Components.Authorization;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Web.Hosting;

namespace Synapse.Server.Security;

/// <summary>What the person at a page may read: everything, for as long as the session goes on. A circuit outlives its request, so it asks anew each time.</summary>
internal sealed class CallerScope(AuthenticationStateProvider authentication, SessionStore sessions) : ICallerScope
{
    public async ValueTask<AccessScope> GetScopeAsync(CancellationToken cancellationToken)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        return user.FindFirstValue(Operator.SessionClaim) is { } key && await sessions.UseKeyAsync(key, cancellationToken) ? AccessScope.Everything : throw new SignedOutException();
    }
}

/// <summary>The session has ended, by sign-out or by time.</summary>
internal sealed class SignedOutException()
    : SynapseException(SynapseErrorKind.BadInput, ErrorCodes.Unauthorized, "Signed out",
        "This browser is signed out. Run 'synapse sign-in' on the machine where Synapse runs, and open the link that it prints.");
