using Synapse.Library;

namespace Synapse.Web.Hosting;

/// <summary>Tells the pages what the person at the browser may read. The host implements it; one instance per circuit or request.</summary>
public interface ICallerScope
{
    /// <summary>Returns the caller's scope as it is now. The pages ask before every read and keep nothing, so that a right that was taken away is gone at the next click.</summary>
    /// <exception cref="Errors.SynapseException">The caller is signed out; the page shows the message.</exception>
    ValueTask<AccessScope> GetScopeAsync(CancellationToken cancellationToken);
}
