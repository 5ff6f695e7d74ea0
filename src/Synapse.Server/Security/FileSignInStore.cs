using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Synapse.Server.Hosting;
using Synapse.Storage;

namespace Synapse.Server.Security;

/// <summary>Who is signed in to the one server of a data folder: sessions in a file of the folder, links in this process.</summary>
internal sealed class FileSignInStore : ISignInStore
{
    private const int MaxLinks = 100;
    private const int MaxSessions = 100;
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly Dictionary<string, Session> _sessions;
    private readonly ConcurrentDictionary<string, DateTimeOffset> _expiryByLink = new();
    private DateTimeOffset _savedAt;

    public FileSignInStore(ServerOptions options)
    {
        _path = options.DataFolder.SessionsPath;
        _sessions = Load(_path);
    }

    public string? SharedId => null;

    public ValueTask AddLinkAsync(string key, DateTimeOffset now, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        foreach (var (link, expiry) in _expiryByLink.OrderBy(link => link.Value).ToList())
        {
            if (expiry <= now || _expiryByLink.Count >= MaxLinks)
            {
                _expiryByLink.TryRemove(link, out _);
            }
        }

        _expiryByLink[key] = expiresAt;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> TakeLinkAsync(string key, DateTimeOffset now, CancellationToken cancellationToken)
        => ValueTask.FromResult(_expiryByLink.TryRemove(key, out var expiresAt) && now < expiresAt);

    public ValueTask AddSessionAsync(string key, SessionWindow window, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            foreach (var ended in _sessions.Where(session => !GoesOn(session.Value, window)).Select(session => session.Key).ToList())
            {
                _sessions.Remove(ended);
            }

            if (_sessions.Count >= MaxSessions)
            {
                _sessions.Remove(_sessions.MinBy(session => session.Value.LastUsedAt).Key);
            }

            _sessions[key] = new Session(window.Now, window.Now);
            Save(window.Now);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> UseSessionAsync(string key, SessionWindow window, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_sessions.TryGetValue(key, out var session) || !GoesOn(session, window))
            {
                return ValueTask.FromResult(false);
            }

            _sessions[key] = session with { LastUsedAt = window.Now };
            if (window.Now - _savedAt >= SaveEvery)
            {
                Save(window.Now);
            }

            return ValueTask.FromResult(true);
        }
    }

    public ValueTask RemoveSessionAsync(string key, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_sessions.Remove(key))
            {
                Save(_savedAt);
            }
        }

        return ValueTask.CompletedTask;
    }

    private static bool GoesOn(Session session, SessionWindow window) => session.LastUsedAt >= window.UsedSince && session.CreatedAt >= window.CreatedSince;

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

    private void Save(DateTimeOffset now)
    {
        _savedAt = now;
        DataFolder.WritePrivateFile(_path, JsonSerializer.SerializeToUtf8Bytes(_sessions, SessionJsonContext.Default.DictionaryStringSession));
    }
}

/// <summary>A browser that is signed in.</summary>
/// <param name="CreatedAt">When it signed in.</param>
/// <param name="LastUsedAt">When it last asked for something.</param>
internal sealed record Session(DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt);

[JsonSerializable(typeof(Dictionary<string, Session>))]
internal sealed partial class SessionJsonContext : JsonSerializerContext;
