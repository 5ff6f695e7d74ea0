namespace Synapse.Embedding;

/// <summary>Texts that one caller embeds, while others wait for the outcome instead of sending them too.</summary>
internal sealed class PassageClaim(PassageCache cache, string fingerprint) : IDisposable
{
    /// <summary>The texts that are the caller's to embed.</summary>
    public Dictionary<string, PassageKey> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>End when others that embed the rest are done with it, successfully or not.</summary>
    public HashSet<Task> Others { get; } = [];

    /// <summary>Completed when this caller is done.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public void Dispose() => cache.End(this, fingerprint);
}
