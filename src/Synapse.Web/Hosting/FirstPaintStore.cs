using System.Security.Cryptography;

namespace Synapse.Web.Hosting;

/// <summary>
/// Carries what a page loaded for its first paint over to its circuit, which would else load everything again and blank the
/// page meanwhile. Only a random key travels through the browser.
/// </summary>
internal sealed class FirstPaintStore(TimeProvider time)
{
    private const int MaxEntries = 64;
    private static readonly TimeSpan s_lifetime = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (object Value, long PutAt)> _entries = [];

    /// <summary>Keeps a value for half a minute; the oldest goes when there are too many.</summary>
    /// <returns>The key that takes it out again, once.</returns>
    public string Put(object value)
    {
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        lock (_lock)
        {
            var now = time.GetTimestamp();
            foreach (var (old, entry) in _entries)
            {
                if (time.GetElapsedTime(entry.PutAt, now) > s_lifetime)
                {
                    _entries.Remove(old);
                }
            }

            if (_entries.Count >= MaxEntries)
            {
                _entries.Remove(_entries.MinBy(entry => entry.Value.PutAt).Key);
            }

            _entries[key] = (value, now);
        }

        return key;
    }

    /// <summary>Takes a value out, or returns null when it is not there any more.</summary>
    public T? Take<T>(string? key)
        where T : class
    {
        if (key is null)
        {
            return null;
        }

        lock (_lock)
        {
            return _entries.Remove(key, out var entry) && time.GetElapsedTime(entry.PutAt) <= s_lifetime ? entry.Value as T : null;
        }
    }
}
