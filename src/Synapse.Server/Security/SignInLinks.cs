using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Synapse.Server.Hosting;

namespace Synapse.Server.Security;

/// <summary>The links that sign a browser in: each works once, for a short time, and only in this process.</summary>
internal sealed class SignInLinks(ServerOptions options, TimeProvider timeProvider)
{
    private const int MaxLinks = 100;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _expiryByHash = new();

    /// <summary>Makes a link's token: 256 random bits.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Create()
    {
        var now = timeProvider.GetUtcNow();
        foreach (var (hash, expiry) in _expiryByHash.OrderBy(link => link.Value).ToList())
        {
            if (expiry <= now || _expiryByHash.Count >= MaxLinks)
            {
                _expiryByHash.TryRemove(hash, out _);
            }
        }

        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var expiresAt = now + options.SignInLinkLifetime;
        _expiryByHash[Hash(token)] = expiresAt;
        return (token, expiresAt);
    }

    /// <summary>Uses a token up. Of two that try at once, one gets in.</summary>
    public bool Redeem(string token)
        => _expiryByHash.TryRemove(Hash(token), out var expiresAt) && timeProvider.GetUtcNow() < expiresAt;

    private static string Hash(string token) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
