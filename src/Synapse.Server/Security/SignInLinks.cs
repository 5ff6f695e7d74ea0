using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Synapse.Server.Hosting;
using Synapse.Storage;

namespace Synapse.Server.Security;

/// <summary>The links that sign a browser in: each works once, for a short time, on every server that shares the store of sessions.</summary>
internal sealed class SignInLinks(ISignInStore store, ServerOptions options, TimeProvider time)
{
    /// <summary>Makes a link's token: 256 random bits.</summary>
    public async ValueTask<(string Token, DateTimeOffset ExpiresAt)> CreateAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var expiresAt = now + options.SignInLinkLifetime;
        await store.AddLinkAsync(Hash(token), now, expiresAt, cancellationToken);
        return (token, expiresAt);
    }

    /// <summary>Uses a token up. Of two that try at once, one gets in.</summary>
    public ValueTask<bool> RedeemAsync(string token, CancellationToken cancellationToken) => store.TakeLinkAsync(Hash(token), time.GetUtcNow(), cancellationToken);

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
