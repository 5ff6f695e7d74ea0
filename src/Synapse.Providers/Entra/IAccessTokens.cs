using Synapse.Errors;

namespace Synapse.Providers.Entra;

/// <summary>Access tokens for one provider, kept until shortly before they end. Safe for many callers at once.</summary>
public interface IAccessTokens
{
    /// <summary>Gets a token that is good for at least the next minutes, from memory where possible.</summary>
    /// <param name="cancellationToken">Stops the wait of this caller; a fetch that others wait for goes on.</param>
    /// <returns>The token, for <c>Authorization: Bearer</c>.</returns>
    /// <exception cref="ProviderException">
    /// <see cref="ProviderFailure.Auth"/>: the sign-in is wrong, and the message names what and how to mend it.
    /// <see cref="ProviderFailure.Unavailable"/>: the sign-in service cannot be reached.
    /// </exception>
    ValueTask<string> GetTokenAsync(CancellationToken cancellationToken);

    /// <summary>Drops a token that the provider refused, so that the next call fetches another. A token that is no longer the kept one changes nothing: several requests may be refused with the same.</summary>
    /// <param name="token">The refused token.</param>
    void Invalidate(string token);
}
