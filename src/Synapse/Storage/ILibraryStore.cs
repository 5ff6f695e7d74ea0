using Synapse.Library;

namespace Synapse.Storage;

/// <summary>The catalogue: collections, sources and documents.</summary>
public interface ILibraryStore
{
    /// <summary>Makes a collection.</summary>
    /// <exception cref="Errors.CollectionExistsException">The name is taken.</exception>
    ValueTask<Collection> CreateCollectionAsync(string name, CancellationToken cancellationToken);

    /// <summary>Makes a collection with its first source, in one commit: one without a source would belong to nobody when the process dies between the two.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">What the source is.</param>
    /// <param name="location">Where the source is.</param>
    /// <param name="privacy">How far the text may go.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.CollectionExistsException">The name is taken.</exception>
    ValueTask<Collection> CreateCollectionAsync(string name, SourceKind kind, string location, CollectionPrivacy privacy, CancellationToken cancellationToken);

    /// <summary>Lists the collections of the scope by name.</summary>
    ValueTask<IReadOnlyList<CollectionSummary>> ListCollectionsAsync(AccessScope scope, CancellationToken cancellationToken);

    /// <summary>Finds a collection by name, or null.</summary>
    ValueTask<Collection?> FindCollectionAsync(AccessScope scope, string name, CancellationToken cancellationToken);

    /// <summary>Decides how far the text of a collection may go.</summary>
    /// <returns>Whether the collection was there.</returns>
    ValueTask<bool> SetPrivacyAsync(AccessScope scope, long collectionId, CollectionPrivacy privacy, CancellationToken cancellationToken);

    /// <summary>Lists the collections, of those given, whose text may only go to local providers; by name.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="collectionIds">The collections asked about; null for all of the scope.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>None when everything asked about may go anywhere.</returns>
    ValueTask<IReadOnlyList<Collection>> ListLocalOnlyAsync(AccessScope scope, IReadOnlyCollection<long>? collectionIds, CancellationToken cancellationToken);

    /// <summary>Removes a collection with all that belongs to it: sources, documents, index, jobs.</summary>
    /// <returns>Whether it was there.</returns>
    ValueTask<bool> RemoveCollectionAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken);

    /// <summary>Adds a source to a collection, or returns the one that has this location there already.</summary>
    ValueTask<Source> AddSourceAsync(long collectionId, SourceKind kind, string location, CancellationToken cancellationToken);

    /// <summary>Lists the sources of the scope, or of one collection, in the order they were added.</summary>
    ValueTask<IReadOnlyList<Source>> ListSourcesAsync(AccessScope scope, long? collectionId, CancellationToken cancellationToken);

    /// <summary>Finds a source, or null.</summary>
    ValueTask<Source?> FindSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken);

    /// <summary>Removes a source and its documents.</summary>
    /// <returns>Whether it was there.</returns>
    ValueTask<bool> RemoveSourceAsync(AccessScope scope, long sourceId, CancellationToken cancellationToken);

    /// <summary>Lists documents of a collection by path, then id.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="after">Only documents after this one in the order; null from the start.</param>
    /// <param name="limit">Most documents to return; 1 to 1,000.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask<IReadOnlyList<Document>> ListDocumentsAsync(AccessScope scope, long collectionId, Document? after, int limit, CancellationToken cancellationToken);

    /// <summary>Finds a document, or null.</summary>
    ValueTask<Document?> FindDocumentAsync(AccessScope scope, long documentId, CancellationToken cancellationToken);

    /// <summary>Reads the normalised text of a document, or null when it is gone.</summary>
    ValueTask<string?> ReadTextAsync(AccessScope scope, long documentId, CancellationToken cancellationToken);
}
