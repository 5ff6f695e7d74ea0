using Azure.Core;
using Synapse.Errors;
using Synapse.Privacy;

namespace Synapse.Providers.Entra;

/// <summary>Keeps the access token of one provider. Fetches are shared: many callers wait for one.</summary>
/// <param name="provider">Name of the provider.</param>
/// <param name="scope">What the token is for.</param>
/// <param name="newCredential">Makes a credential. A new one per fetch, so that none answers from a memory of its own.</param>
/// <param name="keepsTokens">Whether those credentials remember tokens beyond their own life.</param>
/// <param name="failures">Tells what went wrong.</param>
/// <param name="time">The clock.</param>
internal sealed class EntraTokens(string provider, string scope, Func<TokenCredential> newCredential, bool keepsTokens, EntraFailures failures, TimeProvider time) : IAccessTokens
{
    /// <summary>How long before its end a token is replaced.</summary>
    private static readonly TimeSpan RefreshBefore = TimeSpan.FromMinutes(5);

    /// <summary>How much of its life a token must have to be used when no other can be had.</summary>
    private static readonly TimeSpan LeastLife = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan FetchLimit = TimeSpan.FromSeconds(30);

    // Tokens of managed identities are kept by the library for the whole process; claims, even none, make it fetch all the same.
    private const string NoClaims = "{}";

    private readonly Lock _lock = new();
    private AccessToken? _kept;
    private Task<AccessToken>? _fetch;

    /// <inheritdoc/>
    public async ValueTask<string> GetTokenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        AccessToken? old;
        Task<AccessToken> fetch;
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_kept is { } kept && kept.ExpiresOn - now > RefreshBefore)
            {
                return kept.Token;
            }

            old = _kept?.ExpiresOn - now > LeastLife ? _kept : null;

            // Not on the caller's thread and not with its token: others may wait for it too.
            fetch = _fetch ??= Task.Run(FetchAsync, CancellationToken.None);
        }

        try
        {
            return (await fetch.WaitAsync(cancellationToken)).Token;
        }
        catch (ProviderException error) when (error.Failure == ProviderFailure.Unavailable && old is not null)
        {
            return old.Value.Token;
        }
    }

    /// <inheritdoc/>
    public void Invalidate(string token)
    {
        lock (_lock)
        {
            if (_kept?.Token == token)
            {
                _kept = null;
            }
        }
    }

    private async Task<AccessToken> FetchAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(FetchLimit, time);
            using var activity = EgressActivity.Begin(EgressPurpose.Credential, []);
            var token = await AskAsync(limit.Token);
            lock (_lock)
            {
                _kept = token;
            }

            return token;
        }
        finally
        {
            lock (_lock)
            {
                _fetch = null;
            }
        }
    }

    private async Task<AccessToken> AskAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await newCredential().GetTokenAsync(new TokenRequestContext([scope], claims: keepsTokens ? NoClaims : null), cancellationToken);
        }
        catch (OperationCanceledException error) when (cancellationToken.IsCancellationRequested)
        {
            throw new ProviderException(provider, ProviderFailure.Unavailable,
                $"The sign-in service of '{provider}' did not answer within {FetchLimit.TotalSeconds:0} seconds. Check the network, and try again.", innerException: error);
        }
        catch (Exception error) when (error is not (OutOfMemoryException or OperationCanceledException))
        {
            throw failures.Of(error);
        }
    }
}
