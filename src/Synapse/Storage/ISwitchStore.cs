using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Switching;

namespace Synapse.Storage;

/// <summary>
/// Where collections switch from one embedding model to another. A collection that does has a shadow space: a second embedding of its documents that no search sees,
/// until the two change places in one commit. A document that is committed meanwhile lacks its shadow embeddings at first, and gets them by and by; one that is
/// replaced or removed loses both.
/// </summary>
public interface ISwitchStore
{
    /// <summary>Begins a switch: the space is the collection's shadow space from now on, and every document lacks embeddings there.</summary>
    /// <param name="collectionId">The collection.</param>
    /// <param name="space">The space to switch to.</param>
    /// <param name="wish">What shall become of it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="CollectionNotFoundException">There is no such collection.</exception>
    /// <exception cref="SwitchRefusedException">It has a switch already, has no space, is in that space, or still has documents of other spaces.</exception>
    ValueTask<ModelSwitch> BeginSwitchAsync(long collectionId, EmbeddingSpace space, SwitchWish wish, CancellationToken cancellationToken);

    /// <summary>Lists the switches of the scope by collection.</summary>
    ValueTask<IReadOnlyList<ModelSwitch>> ListSwitchesAsync(AccessScope scope, CancellationToken cancellationToken);

    /// <summary>Finds the switch of a collection, or null.</summary>
    ValueTask<ModelSwitch?> FindSwitchAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken);

    /// <summary>Says what shall become of a switch. Whoever works on it does so. A removal that has begun goes on whatever is wished then.</summary>
    /// <returns>Whether there is one.</returns>
    ValueTask<bool> WishAsync(AccessScope scope, long collectionId, SwitchWish wish, CancellationToken cancellationToken);

    /// <summary>Holds a switch, so that no other server works on it. Held until the result is disposed of, or the process ends.</summary>
    /// <returns>Null while another holds it.</returns>
    ValueTask<IAsyncDisposable?> TryHoldSwitchAsync(long collectionId, CancellationToken cancellationToken);

    /// <summary>Lists documents that lack shadow embeddings, oldest first.</summary>
    /// <param name="collectionId">The collection.</param>
    /// <param name="limit">Most documents to return; at least 1.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Empty when none lacks them, or the collection has no switch.</returns>
    ValueTask<IReadOnlyList<UnembeddedDocument>> ListUnembeddedAsync(long collectionId, int limit, CancellationToken cancellationToken);

    /// <summary>Adds shadow embeddings. Those of documents that are gone, or have them already, are passed over.</summary>
    /// <param name="collectionId">The collection.</param>
    /// <param name="spaceFingerprint">The space that they are of; nothing is stored when it is not the shadow space.</param>
    /// <param name="documents">The embeddings.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ArgumentException">The embeddings of a document have another length than its chunks take; nothing was kept.</exception>
    /// <exception cref="DiskFullException">The disk is full; nothing was kept.</exception>
    ValueTask AddShadowAsync(long collectionId, string spaceFingerprint, IReadOnlyList<ShadowEmbeddings> documents, CancellationToken cancellationToken);

    /// <summary>Does what can be done before the spaces change places, such as building an index, so that searches are as fast afterwards as before.</summary>
    /// <remarks>It may wait for views that are open, so whoever calls it holds none.</remarks>
    ValueTask PrepareSwapAsync(long collectionId, CancellationToken cancellationToken);

    /// <summary>
    /// Opens a view of one collection as searches will see it when the spaces have changed places. Documents that lack shadow embeddings are found by their words alone.
    /// </summary>
    /// <exception cref="SwitchNotFoundException">The collection has no switch.</exception>
    ValueTask<ISearchSnapshot> OpenShadowSnapshotAsync(long collectionId, CancellationToken cancellationToken);

    /// <summary>
    /// Lets the two spaces of a collection change places, in one commit: every search sees one or the other. What was searched is the shadow space then. The state becomes
    /// <see cref="SwitchState.Switched"/>, or <see cref="SwitchState.Ready"/> on the way back, and the wish <see cref="SwitchWish.Hold"/>.
    /// </summary>
    /// <returns>False when a document lacks shadow embeddings, the wish is another by now or already fulfilled, or there is no switch; nothing was changed then.</returns>
    /// <param name="collectionId">The collection.</param>
    /// <param name="wish">The wish that is fulfilled.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<bool> SwapSpacesAsync(long collectionId, SwitchWish wish, CancellationToken cancellationToken);

    /// <summary>Notes what became of the filling or the measuring. The state of a switch that has been made is left as it is.</summary>
    /// <param name="collectionId">The collection.</param>
    /// <param name="isReady">Whether it is filled and measured.</param>
    /// <param name="comparison">What measuring found; null leaves what is there.</param>
    /// <param name="error">What hinders it; null when nothing does.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask NoteSwitchAsync(long collectionId, bool isReady, SwitchComparison? comparison, string? error, CancellationToken cancellationToken);

    /// <summary>Ends a switch: the shadow space goes, bit by bit, and then the switch. The collection stays with the space that is searched.</summary>
    ValueTask RemoveShadowAsync(long collectionId, CancellationToken cancellationToken);

    /// <summary>The questions that a collection is measured by; null without any.</summary>
    ValueTask<EvaluationSet?> FindEvaluationAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken);

    /// <summary>Keeps the questions that a collection is measured by, or, with null, forgets them.</summary>
    /// <returns>Whether the collection was there.</returns>
    ValueTask<bool> SetEvaluationAsync(AccessScope scope, long collectionId, EvaluationSet? evaluation, CancellationToken cancellationToken);
}

/// <summary>A document that lacks embeddings in its collection's shadow space.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="SourceId">Its source.</param>
/// <param name="Path">Its path.</param>
/// <param name="Chunks">The texts of its chunks, in order.</param>
public sealed record UnembeddedDocument(long DocumentId, long SourceId, string Path, IReadOnlyList<string> Chunks);

/// <summary>Embeddings of a document in the shadow space.</summary>
/// <param name="DocumentId">The document.</param>
/// <param name="Embeddings">One for each chunk, one after the other; all zero for a document that the model refused, which is found by its words alone.</param>
/// <param name="IsRefused">Whether the model refused it.</param>
public readonly record struct ShadowEmbeddings(long DocumentId, ReadOnlyMemory<float> Embeddings, bool IsRefused = false);
