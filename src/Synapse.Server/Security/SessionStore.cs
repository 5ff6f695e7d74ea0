using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Synapse.Server.Hosting;

namespace Synapse.Server.Security;

/// <summary>The browsers that are signed in. Only hashes of their ids are kept, so that the file gives nobody a session.</summary>
internal sealed class SessionStore
{
    private const int MaxSessions = 100;
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly ServerOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly Dictionary<string, Session> _sessions;
    private DateTimeOffset _savedAt;

    public SessionStore(ServerOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _sessions = Load(options.DataFolder.SessionsPath);
    }

    /// <summary>Begins a session.</summary>
    /// <returns>Its id: 256 random bits, known to that browser alone.</returns>
    public string Begin()
    {
        var id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = _timeProvider.GetUtcNow();
        lock (_lock)
        {
            RemoveExpired(now);
            if (_sessions.Count >= MaxSessions)
            {
                _sessions.Remove(_sessions.MinBy(session => session.Value.LastUsedAt).Key);
            }

            _sessions[KeyOf(id)] = new Session(now, now);
            Save(now);
        }

        return id;
    }

    /// <summary>The key under which a session is known here. It is worth nothing to a browser.</summary>
    public static string KeyOf(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));

    /// <summary>Whether the session with this key goes on. It then counts as used now.</summary>
    public bool UseKey(string key)
    {
        var now = _timeProvider.GetUtcNow();
        lock (_lock)
        {
            if (!_sessions.TryGetValue(key, out var session) || IsExpired(session, now))
            {
                return false;
            }

            _sessions[key] = session with { LastUsedAt = now };
            if (now - _savedAt >= SaveEvery)
            {
                Save(now);
            }

            return true;
        }
    }

    /// <summary>Ends a session; it is worth nothing from now on.</summary>
    public void End(string id)
    {
        lock (_lock)
        {
            _sessions.Remove(KeyOf(id));
            Save(_timeProvider.GetUtcNow());
        }
    }

    private static Dictionary<string, Session> Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), SessionJsonContext.Default.DictionaryStringSession) ?? [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            // No file yet, or one that cannot be read: everyone signs in anew, which is always safe.
            return [];
        }
    }

    private bool IsExpired(Session session, DateTimeOffset now)
        => now - session.LastUsedAt > _options.SessionIdle || now - session.CreatedAt > _options.SessionLifetime;

    private void RemoveExpired(DateTimeOffset now)
    {
        foreach (var key in _sessions.Where(session => IsExpired(session.Value, now)).Select(session => session.Key).ToList())
        {
            _sessions.Remove(key);
        }
    }

    private void Save(DateTimeOffset now)
    {
        _savedAt = now;
        DataFolder.WritePrivateFile(
            _options.DataFolder.SessionsPath, JsonSerializer.SerializeToUtf8Bytes(_sessions, SessionJsonContext.Default.DictionaryStringSession));
    }
}

/// <summary>A browser that is signed in.</summary>
/// <param name="CreatedAt">When it signed in.</param>
/// <param name="LastUsedAt">When it last asked for something.</param>
internal sealed record Session(DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt);

[JsonSerializable(typeof(Dictionary<string, Session>))]
internal sealed partial class SessionJsonContext : JsonSerializerContext;
