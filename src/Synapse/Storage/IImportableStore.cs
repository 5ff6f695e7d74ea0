using Synapse.Library;
using Synapse.Privacy;

namespace Synapse.Storage;

/// <summary>A store that another can be copied into. Documents go in by <see cref="IIngestionStore.CommitAsync"/>; here is what keeps times and keys that no other port lets anyone choose.</summary>
public interface IImportableStore : IExportableStore, ILibraryStore, IIngestionStore, IJobStore, ISwitchStore
{
    /// <summary>The identity of the store that this one is an unfinished copy of; null when it is none.</summary>
    ValueTask<string?> FindUnfinishedCopyAsync(CancellationToken cancellationToken);

    /// <summary>Marks the store as an unfinished copy, or, with null, as finished.</summary>
    ValueTask MarkUnfinishedCopyAsync(string? identity, CancellationToken cancellationToken);

    /// <summary>The identity of the archive that a collection of this name is being imported from; null when none is.</summary>
    ValueTask<string?> FindUnfinishedImportAsync(string collection, CancellationToken cancellationToken);

    /// <summary>Notes that a collection of this name is being imported, or, with null, that it is not.</summary>
    ValueTask MarkUnfinishedImportAsync(string collection, string? identity, CancellationToken cancellationToken);

    /// <summary>Makes a collection with its privacy and time of making; its key is the store's own.</summary>
    /// <exception cref="Errors.CollectionExistsException">The name is taken.</exception>
    ValueTask<Collection> ImportCollectionAsync(Collection collection, CancellationToken cancellationToken);

    /// <summary>Adds a source with its time of adding, or returns the one that has this location there already; its key is the store's own.</summary>
    ValueTask<Source> ImportSourceAsync(Source source, CancellationToken cancellationToken);

    /// <summary>Replaces the entries of the ledger behind a key up to the last one given, or, when none is given, all behind it. New entries get greater keys.</summary>
    /// <param name="after">The key.</param>
    /// <param name="entries">The entries, which keep their keys, in that order.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ValueTask ImportEgressAsync(long after, IReadOnlyList<EgressEntry> entries, CancellationToken cancellationToken);
}
