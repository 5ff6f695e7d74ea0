using Synapse.Errors;
using Synapse.Providers.Entra;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>A sign-in that is always refused, by a service that tells the key back.</summary>
internal sealed class RefusedTokens : IAccessTokens
{
    public ValueTask<string> GetTokenAsync(CancellationToken cancellationToken)
        => throw new ProviderException("first", ProviderFailure.Auth, "The sign-in failed.", $"AADSTS7000215 {ProviderBench.Key}");

    public void Invalidate(string token)
    {
    }
}
