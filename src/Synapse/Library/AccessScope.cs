namespace Synapse.Library;

/// <summary>What a caller may read. Every read of the store takes one, and the store applies it inside its query.</summary>
public sealed class AccessScope
{
    private readonly HashSet<long>? _collectionIds;

    private AccessScope(HashSet<long>? collectionIds) => _collectionIds = collectionIds;

    /// <summary>The scope of the operator: every collection.</summary>
    public static AccessScope Everything { get; } = new(null);

    /// <summary>Whether the scope covers every collection, those made later included.</summary>
    public bool IsEverything => _collectionIds is null;

    /// <summary>The collections that may be read; empty when <see cref="IsEverything"/>.</summary>
    public IReadOnlyCollection<long> CollectionIds => _collectionIds is null ? [] : _collectionIds;

    /// <summary>Makes a scope of the collections given, and of no other.</summary>
    /// <param name="collectionIds">Ids of the collections; may be empty, and then nothing can be read.</param>
    public static AccessScope Of(IEnumerable<long> collectionIds) => new([.. collectionIds]);

    /// <summary>Whether the collection may be read.</summary>
    public bool Allows(long collectionId) => _collectionIds is null || _collectionIds.Contains(collectionId);
}
