namespace Synapse.Hubs;

/// <summary>A reply, with what may go wrong with it.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The body, whole.</param>
public sealed record HubReply(int Status, byte[] Body)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Bytes after which the connection ends; null for none.</summary>
    public int? CutAfter { get; init; }

    /// <summary>Bytes after which nothing comes until <see cref="Resume"/>; null for none.</summary>
    public int? PauseAfter { get; init; }

    /// <summary>Completes when the pause is over.</summary>
    public Task Resume { get; init; } = Task.CompletedTask;

    /// <summary>Is completed when the pause begins.</summary>
    public TaskCompletionSource? Paused { get; init; }

    /// <summary>Length to announce instead of the true one.</summary>
    public long? DeclaredLength { get; init; }

    public HubReply With(string name, string value) => this with { Headers = [.. Headers, (name, value)] };
}
