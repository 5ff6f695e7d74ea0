using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Server.Wire;

/// <summary>Turns the names that requests use into the keys that the store uses, and back.</summary>
internal sealed class CollectionLookup(ILibraryStore library, AccessScope scope)
{
    private readonly Dictionary<long, string> _names = [];

    /// <summary>Finds a collection by name.</summary>
    /// <exception cref="CollectionNotFoundException">There is none that the caller may see.</exception>
    public async ValueTask<Collection> GetAsync(string name, CancellationToken cancellationToken)
    {
        var collection = await library.FindCollectionAsync(scope, name, cancellationToken) ?? throw new CollectionNotFoundException(name);
        _names[collection.Id] = collection.Name;
        return collection;
    }

    /// <summary>Finds the keys of named collections; null, that is all, for null or none.</summary>
    /// <exception cref="CollectionNotFoundException">One of them is not there, or the caller may not see it.</exception>
    public async ValueTask<IReadOnlyList<long>?> FindIdsAsync(IReadOnlyList<string>? names, CancellationToken cancellationToken)
    {
        if (names is null || names.Count == 0)
        {
            return null;
        }

        var ids = new List<long>(names.Count);
        foreach (var name in names)
        {
            ids.Add((await GetAsync(name, cancellationToken)).Id);
        }

        return ids;
    }

    /// <summary>Returns the name of a collection, or an empty text when it is gone.</summary>
    public async ValueTask<string> NameOfAsync(long collectionId, CancellationToken cancellationToken)
    {
        if (_names.TryGetValue(collectionId, out var name))
        {
            return name;
        }

        foreach (var summary in await library.ListCollectionsAsync(scope, cancellationToken))
        {
            _names[summary.Collection.Id] = summary.Collection.Name;
        }

        return _names.TryGetValue(collectionId, out name) ? name : _names[collectionId] = "";
    }
}
