using Synapse.Library;
using Synapse.Postgres.Search;
using Synapse.Storage;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : ISearchStore
{
    /// <inheritdoc/>
    public async ValueTask<ISearchSnapshot> OpenSnapshotAsync(AccessScope scope, IReadOnlyList<long>? collectionIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return await SearchSnapshot.OpenAsync(await _views.OpenAsync(scope, collectionIds, cancellationToken), _indexReader, _postings, _options.IndexedFrom, cancellationToken);
    }
}
