using Synapse.Embedding;

namespace Synapse.Storage;

/// <summary>
/// Keeps embeddings by text, whichever collection the text is of, from the moment that a model gave them. The texts themselves are not in it. What is taken out is, once
/// committed, the same in the store as what was put in.
/// </summary>
public interface IEmbeddingCache
{
    /// <summary>How long an embedding of a text that no document has is kept: its document may be about to be committed, or to come back.</summary>
    static TimeSpan UnusedAge { get; } = TimeSpan.FromDays(1);

    /// <summary>Finds embeddings.</summary>
    /// <param name="space">Their space.</param>
    /// <param name="keys">The texts.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>As many as keys, in their order; empty for a text of which there is none.</returns>
    ValueTask<IReadOnlyList<ReadOnlyMemory<float>>> FindCachedAsync(EmbeddingSpace space, IReadOnlyList<PassageKey> keys, CancellationToken cancellationToken);

    /// <summary>Adds embeddings in one transaction; they are durable when this returns. Those that are there already are replaced.</summary>
    /// <param name="space">Their space.</param>
    /// <param name="embeddings">The texts and their embeddings.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.DiskFullException">The disk is full; none was kept.</exception>
    ValueTask AddCachedAsync(EmbeddingSpace space, IReadOnlyList<KeyValuePair<PassageKey, ReadOnlyMemory<float>>> embeddings, CancellationToken cancellationToken);

    /// <summary>Removes the embeddings that were written first, a portion at a time, as long as there are more bytes of them than these.</summary>
    /// <param name="mostBytes">Most bytes that may stay; 0 removes all.</param>
    /// <param name="cancellationToken">Stops the work; what was removed stays so.</param>
    /// <returns>How many were removed.</returns>
    ValueTask<long> TrimCacheAsync(long mostBytes, CancellationToken cancellationToken);

    /// <summary>Removes the embeddings that are older than <see cref="UnusedAge"/> and whose text no document has, in whichever space. Reads every document, but once in that time only: called earlier, it does nothing.</summary>
    /// <returns>How many were removed; null when it was not time yet, or another server is at it.</returns>
    ValueTask<long?> RemoveUnusedAsync(CancellationToken cancellationToken);
}
