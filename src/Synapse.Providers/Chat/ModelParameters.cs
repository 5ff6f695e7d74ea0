using System.Collections.Concurrent;

namespace Synapse.Providers.Chat;

/// <summary>Which parameters a model does not take, learned from its own refusals and kept as long as the process.</summary>
internal sealed class ModelParameters
{
    private readonly ConcurrentDictionary<string, bool> _refused = new(StringComparer.Ordinal);

    /// <summary>Whether a parameter may be sent.</summary>
    public bool Takes(string parameter) => !_refused.ContainsKey(parameter);

    /// <summary>Notes that a parameter was refused.</summary>
    /// <returns>Whether that is news, so that asking again without it makes sense.</returns>
    public bool Refuse(string parameter) => _refused.TryAdd(parameter, true);
}
