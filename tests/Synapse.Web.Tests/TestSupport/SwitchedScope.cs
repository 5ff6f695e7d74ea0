using Synapse.Library;
using Synapse.Web.Hosting;

namespace Synapse.Web.Tests.TestSupport;

/// <summary>A caller whose rights a test can change while a page is open.</summary>
internal sealed class SwitchedScope : ICallerScope
{
    public AccessScope Scope { get; set; } = AccessScope.Everything;

    public ValueTask<AccessScope> GetScopeAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Scope);
}
