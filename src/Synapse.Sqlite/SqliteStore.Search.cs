using Synapse.Library;
using Synapse.Sqlite.Search;
using Synapse.Storage;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : ISearchStore
{
    /// <inheritdoc/>
    public ValueTask<ISearchSnapshot> OpenSnapshotAsync(AccessScope scope, IReadOnlyList<long>? collectionIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var wanted = collectionIds?.ToHashSet();
        var indexes = _indexes.Values
            .Where(index => scope.Allows(index.CollectionId) && wanted?.Contains(index.CollectionId) != false)
            .OrderBy(index => index.CollectionId);
        return new(new SearchSnapshot(indexes, _readers));
    }
}
