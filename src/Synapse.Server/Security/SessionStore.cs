using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Synapse.Errors;
using Synapse.Server.Hosting;
using Synapse.Storage;

namespace Synapse.Server.Security;

/// <summary>The browsers that are signed in, by ids of which only hashes are kept.</summary>
internal sealed class SessionStore(ISignInStore store, ServerOptions options, TimeProvider time)
{
    private const int MaxRemembered = 1_000;

    // Pages have to come, and to say what is wrong, while the database is away; nothing of it can be read then.
    private static readonly TimeSpan s_trustWithoutStore = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _seenAt = new();

    /// <summary>What the session's cookie is called. Browsers share cookies among all ports of a host, so the port keeps two servers apart; servers that share their sessions have a name in common.</summary>
    public string CookieName(HttpContext context) => store.SharedId is { } shared ? $"synapse-{shared}" : $"synapse-{context.Connection.LocalPort}";

    /// <summary>Begins a session.</summary>
    /// <returns>Its id: 256 random bits, known to that browser alone.</returns>
    public async ValueTask<string> BeginAsync(CancellationToken cancellationToken)
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await store.AddSessionAsync(KeyOf(id), Window(), cancellationToken);
        return id;
    }

    /// <summary>The key under which a session is known here. It is worth nothing to a browser.</summary>
    public static string KeyOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>Whether the session with this key goes on. It then counts as used now.</summary>
    public async ValueTask<bool> UseKeyAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var goesOn = await store.UseSessionAsync(key, Window(), cancellationToken);
            Remember(key, goesOn);
            return goesOn;
        }
        catch (SynapseException away) when (away.Kind == SynapseErrorKind.Unavailable && _seenAt.TryGetValue(key, out var seenAt) && time.GetUtcNow() - seenAt <= s_trustWithoutStore)
        {
            return true;
        }
    }

    /// <summary>Ends a session; it is worth nothing from now on.</summary>
    public async ValueTask EndAsync(string id, CancellationToken cancellationToken)
    {
        var key = KeyOf(id);
        _seenAt.TryRemove(key, out _);
        await store.RemoveSessionAsync(key, cancellationToken);
    }

    private SessionWindow Window()
    {
        var now = time.GetUtcNow();
        return new SessionWindow(now, now - options.SessionLifetime, now - options.SessionIdle);
    }

    private void Remember(string key, bool goesOn)
    {
        if (!goesOn)
        {
            _seenAt.TryRemove(key, out _);
            return;
        }

        if (_seenAt.Count >= MaxRemembered && !_seenAt.ContainsKey(key))
        {
            _seenAt.Clear();
        }

        _seenAt[key] = time.GetUtcNow();
    }
}
