using Microsoft.Extensions.Options;
using Synapse.Errors;
using Synapse.Ingestion.Walking;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>Takes paths that people name into the library: finds the collection, adds the source, and asks for it to be indexed.</summary>
public sealed class Librarian(ILibraryStore library, IngestionQueue queue, IOptions<IngestionOptions> options)
{
    private const int MaxNameAttempts = 1_000;

    /// <summary>Finds what a path names: the same path absolute, with every link resolved, and whether it is a file or a folder.</summary>
    /// <exception cref="PathNotFoundException">It does not exist.</exception>
    /// <exception cref="PathUnreadableException">It may not be read.</exception>
    /// <exception cref="PathNotAllowedException">It may not be indexed.</exception>
    public (string Location, SourceKind Kind) Resolve(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0 || path.Contains('\0'))
        {
            throw new PathNotFoundException(path.Replace('\0', '\uFFFD'));
        }

        var location = Path.TrimEndingDirectorySeparator(RootRules.ResolveLinks(path));
        RootRules.Check(location, options.Value);
        var kind = Directory.Exists(location) ? SourceKind.Folder : SourceKind.File;
        try
        {
            if (kind == SourceKind.Folder)
            {
                using var entries = Directory.EnumerateFileSystemEntries(location).GetEnumerator();
                entries.MoveNext();
            }
            else if (new FileInfo(location).Length > 0)
            {
                File.OpenHandle(location).Dispose();
            }
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new PathUnreadableException(path, "access is denied", denied);
        }
        catch (IOException broken)
        {
            throw new PathUnreadableException(path, broken.Message, broken);
        }

        return (location, kind);
    }

    /// <summary>Adds a file or folder to a collection, both made when they are not there, and asks for it to be indexed.</summary>
    /// <param name="path">Path as a person gave it.</param>
    /// <param name="collectionName">The collection; null for the one that is bound to this path, named after it when it is new.</param>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="PathNotFoundException">The path does not exist.</exception>
    /// <exception cref="PathUnreadableException">It may not be read.</exception>
    /// <exception cref="PathNotAllowedException">It may not be indexed.</exception>
    /// <exception cref="InvalidCollectionNameException"><paramref name="collectionName"/> breaks the rule for names.</exception>
    public Task<Acquisition> AddAsync(AccessScope scope, string path, string? collectionName, CancellationToken cancellationToken)
        => AddAsync(scope, path, collectionName, privacy: null, cancellationToken);

    /// <summary>Adds a file or folder as the other overload does, and first decides how far the text of its collection may go.</summary>
    /// <param name="path">Path as a person gave it.</param>
    /// <param name="collectionName">The collection; null for the one that is bound to this path, named after it when it is new.</param>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="privacy">How far the text may go; null leaves the collection as it is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<Acquisition> AddAsync(
        AccessScope scope, string path, string? collectionName, CollectionPrivacy? privacy, CancellationToken cancellationToken)
    {
        var (location, kind) = Resolve(path);
        var collection = collectionName is null
            ? await FindOrMakeBoundAsync(scope, kind, location, privacy ?? default, cancellationToken)
            : await FindOrMakeAsync(scope, CollectionName.Validate(collectionName), cancellationToken);
        if (privacy is { } decided && decided != collection.Privacy)
        {
            // Before the source: the first job may start at once, and what it embeds must not leave.
            await library.SetPrivacyAsync(scope, collection.Id, decided, cancellationToken);
            collection = collection with { Privacy = decided };
        }

        var source = await library.AddSourceAsync(collection.Id, kind, location, cancellationToken);
        return new Acquisition(collection, source, await queue.EnqueueAsync(source.Id, cancellationToken));
    }

    // A collection is bound to a path when that is its only source.
    private async Task<Collection> FindOrMakeBoundAsync(AccessScope scope, SourceKind kind, string location, CollectionPrivacy privacy, CancellationToken cancellationToken)
    {
        var name = NameOf(location);
        for (var attempt = 1; attempt <= MaxNameAttempts; attempt++)
        {
            // Looked for anew each time: another server may take in the same path just now.
            if (await FindBoundAsync(scope, location, cancellationToken) is { } bound)
            {
                return bound;
            }

            try
            {
                return await library.CreateCollectionAsync(attempt == 1 ? name : $"{name}-{attempt}", kind, location, privacy, cancellationToken);
            }
            catch (CollectionExistsException) when (attempt < MaxNameAttempts)
            {
                // Taken by another folder of the same name.
            }
        }

        throw new CollectionExistsException(name);
    }

    private async Task<Collection?> FindBoundAsync(AccessScope scope, string location, CancellationToken cancellationToken)
    {
        var bound = (await library.ListSourcesAsync(scope, null, cancellationToken)).GroupBy(static source => source.CollectionId)
            .FirstOrDefault(group => group.Count() == 1 && group.Single() is { Kind: not SourceKind.Imported } only && only.Location == location);
        return bound is null
            ? null
            : (await library.ListCollectionsAsync(scope, cancellationToken)).FirstOrDefault(summary => summary.Collection.Id == bound.Key)?.Collection;
    }

    private async Task<Collection> FindOrMakeAsync(AccessScope scope, string name, CancellationToken cancellationToken)
    {
        if (await library.FindCollectionAsync(scope, name, cancellationToken) is { } known)
        {
            return known;
        }

        try
        {
            return await library.CreateCollectionAsync(name, cancellationToken);
        }
        catch (CollectionExistsException) when (scope.IsEverything)
        {
            // Made by another just now.
            return await library.FindCollectionAsync(scope, name, cancellationToken) ?? throw new CollectionExistsException(name);
        }
    }

    private static string NameOf(string location)
    {
        var name = string.Concat(Path.GetFileName(location).Select(static unit => char.IsControl(unit) || "/\\?#%".Contains(unit) ? '-' : unit)).Trim();
        name = name.Length > CollectionName.MaxLength - 5 ? name[..(CollectionName.MaxLength - 5)].Trim() : name;
        return name is "" or "." or ".." ? "documents" : name;
    }
}
