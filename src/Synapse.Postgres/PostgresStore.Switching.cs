using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Search;
using Synapse.Postgres.Switching;
using Synapse.Postgres.Vectors;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Postgres;

public sealed partial class PostgresStore : ISwitchStore
{
    // "SYNM" in the upper half.
    private const long SwitchLockClass = 0x53594E4DL << 32;

    /// <inheritdoc/>
    public async ValueTask<ModelSwitch> BeginSwitchAsync(long collectionId, EmbeddingSpace space, SwitchWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentOutOfRangeException.ThrowIfLessThan(space.Dimensions, 1);
        return await _connections.WriteAsync(
            (connection, token) => SwitchBeginning.BeginAsync(connection, _vectors, collectionId, space, wish, _time.GetUtcNow(), token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<ModelSwitch>> ListSwitchesAsync(AccessScope scope, CancellationToken cancellationToken)
        => [.. (await _connections.QueryAsync((connection, token) => SwitchRows.ListAsync(connection, scope, token), cancellationToken)).Select(row => row.Switch)];

    /// <inheritdoc/>
    public async ValueTask<ModelSwitch?> FindSwitchAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => (await FindSwitchRowAsync(scope, collectionId, cancellationToken))?.Switch;

    /// <inheritdoc/>
    public async ValueTask<bool> WishAsync(AccessScope scope, long collectionId, SwitchWish wish, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => SwitchRows.WishAsync(connection, scope, collectionId, wish, token), cancellationToken) > 0;

    /// <inheritdoc/>
    public async ValueTask<IAsyncDisposable?> TryHoldSwitchAsync(long collectionId, CancellationToken cancellationToken)
        => await _connections.OpenAsync((connection, token) => HeldLock.TryTakeAsync(connection, SwitchLockClass | collectionId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UnembeddedDocument>> ListUnembeddedAsync(long collectionId, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        return await _connections.ReadAsync((connection, token) => ShadowFilling.ListAsync(connection, _connections.Name, collectionId, limit, token), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask AddShadowAsync(long collectionId, string spaceFingerprint, IReadOnlyList<ShadowEmbeddings> documents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(documents);
        if (documents.Count > 0)
        {
            await _connections.WriteAsync((connection, token) => ShadowFilling.AddAsync(connection, collectionId, spaceFingerprint, documents, token), cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask PrepareSwapAsync(long collectionId, CancellationToken cancellationToken)
    {
        if (await FindSwitchRowAsync(AccessScope.Everything, collectionId, cancellationToken) is { } found && found.Switch.Progress.ChunksDone >= _options.IndexedFrom)
        {
            await _connections.NamingFaultsAsync(() => _indexing.EnsureAsync(new VectorTable(found.Shadow.Id, found.Shadow.Dimensions), collectionId, cancellationToken));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ISearchSnapshot> OpenShadowSnapshotAsync(long collectionId, CancellationToken cancellationToken)
        => await StoreView.TryOpenShadowAsync(_connections, collectionId, cancellationToken) is { } view
            ? await SearchSnapshot.OpenAsync(view, _indexReader, _postings, _options.IndexedFrom, cancellationToken)
            : throw new SwitchNotFoundException(await FindNameAsync(collectionId, cancellationToken) ?? $"#{collectionId}");

    /// <inheritdoc/>
    public async ValueTask<bool> SwapSpacesAsync(long collectionId, SwitchWish wish, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => SpaceSwap.TryAsync(connection, collectionId, wish, _time.GetUtcNow(), token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask NoteSwitchAsync(long collectionId, bool isReady, SwitchComparison? comparison, string? error, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => SwitchRows.NoteAsync(connection, collectionId, isReady, comparison, error, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveShadowAsync(long collectionId, CancellationToken cancellationToken)
        => await _connections.NamingFaultsAsync(() => new ShadowRemoval(_connections, _indexing).RunAsync(collectionId, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask<EvaluationSet?> FindEvaluationAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => await _connections.QueryAsync((connection, token) => EvaluationRows.FindAsync(connection, scope, collectionId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> SetEvaluationAsync(AccessScope scope, long collectionId, EvaluationSet? evaluation, CancellationToken cancellationToken)
        => await _connections.WriteAsync((connection, token) => EvaluationRows.SetAsync(connection, scope, collectionId, evaluation, token), cancellationToken) > 0;

    private Task<string?> FindNameAsync(long collectionId, CancellationToken cancellationToken)
        => _connections.QueryAsync(
            (connection, token) => connection.FindAsync("SELECT name FROM collections WHERE id = $1", [collectionId], row => row.GetString(0), token), cancellationToken);

    private Task<SwitchRow?> FindSwitchRowAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => _connections.QueryAsync((connection, token) => SwitchRows.FindAsync(connection, scope, collectionId, token), cancellationToken);
}
