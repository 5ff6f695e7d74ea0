using Synapse.Embedding;

namespace Synapse.Switching;

/// <summary>A collection on its way from one embedding model to another, or there with the way back open.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="From">The space that was searched when the switch began.</param>
/// <param name="To">The space to switch to.</param>
/// <param name="State">How far it is.</param>
/// <param name="Wish">What shall become of it.</param>
/// <param name="Progress">How much of the shadow space is filled.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="SwitchedAt">When the spaces last changed places; null before.</param>
/// <param name="Comparison">What measuring found; null before.</param>
/// <param name="Error">What hinders it now; null when nothing does.</param>
public sealed record ModelSwitch(
    long CollectionId,
    EmbeddingSpace From,
    EmbeddingSpace To,
    SwitchState State,
    SwitchWish Wish,
    SwitchProgress Progress,
    DateTimeOffset StartedAt,
    DateTimeOffset? SwitchedAt,
    SwitchComparison? Comparison,
    string? Error)
{
    /// <summary>The space that searches use now.</summary>
    public EmbeddingSpace Searched => State == SwitchState.Switched ? To : From;

    /// <summary>The space beside it, which no search sees.</summary>
    public EmbeddingSpace Shadow => State == SwitchState.Switched ? From : To;

    /// <summary>Whether a wish leads from the space that is searched now to the other one.</summary>
    /// <param name="wish">The wish.</param>
    public bool CanSwap(SwitchWish wish) => State == SwitchState.Switched ? wish == SwitchWish.Return : wish is SwitchWish.WhenGood or SwitchWish.Switch;

    /// <summary>Whether the spaces are to change places as soon as no document lacks embeddings.</summary>
    public bool IsToSwap => State != SwitchState.Filling && CanSwap(Wish) && (Wish != SwitchWish.WhenGood || Comparison is { IsGood: true });

    /// <summary>Whether there is something to do.</summary>
    internal bool HasWork => !Progress.IsComplete || State == SwitchState.Filling || Wish == SwitchWish.Remove || Error is not null || IsToSwap;
}

/// <summary>How far a switch is.</summary>
public enum SwitchState
{
    /// <summary>The shadow space is being filled or measured.</summary>
    Filling,

    /// <summary>The shadow space is filled and measured. Searches use the old one.</summary>
    Ready,

    /// <summary>Searches use the new space. The old one is kept for the way back.</summary>
    Switched,
}

/// <summary>What shall become of a switch.</summary>
public enum SwitchWish
{
    /// <summary>The spaces change places as soon as measuring found the new one to be no worse.</summary>
    WhenGood,

    /// <summary>Everything stays as it is. Documents that come get their embeddings in both spaces.</summary>
    Hold,

    /// <summary>The spaces change places, whatever measuring found.</summary>
    Switch,

    /// <summary>The way back: the old space is searched again.</summary>
    Return,

    /// <summary>The shadow space is removed, and the switch ends.</summary>
    Remove,
}

/// <summary>How much of a shadow space is filled.</summary>
/// <param name="DocumentCount">Documents of the collection.</param>
/// <param name="DocumentsDone">Of those, documents with embeddings in the shadow space.</param>
/// <param name="ChunkCount">Chunks of the collection.</param>
/// <param name="ChunksDone">Of those, chunks of the documents done.</param>
/// <param name="DocumentsRefused">Of the documents done, those that the model of the shadow space refused.</param>
public readonly record struct SwitchProgress(long DocumentCount, long DocumentsDone, long ChunkCount, long ChunksDone, long DocumentsRefused)
{
    /// <summary>Whether no document lacks embeddings.</summary>
    public bool IsComplete => DocumentsDone == DocumentCount;
}
