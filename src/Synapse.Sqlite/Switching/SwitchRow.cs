using System.Text.Json;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Switching;

namespace Synapse.Sqlite.Switching;

/// <summary>The switch of a collection with the rows of its two spaces.</summary>
/// <param name="Switch">The switch.</param>
/// <param name="From">The space that was searched when it began.</param>
/// <param name="To">The other.</param>
internal sealed record SwitchRow(ModelSwitch Switch, EmbeddingSpaceRow From, EmbeddingSpaceRow To)
{
    private static readonly string s_select =
        "SELECT s.collection_id, s.from_space_id, s.to_space_id, s.state, s.wish, s.started_at, s.switched_at, s.documents_done, s.chunks_done, s.comparison, s.error,"
        + " c.document_count, c.chunk_count,"
        + " (SELECT count(*) FROM refused_documents AS r WHERE r.collection_id = s.collection_id AND r.space_id = CASE s.state WHEN 2 THEN s.from_space_id ELSE s.to_space_id END)"
        + $" FROM model_switches AS s JOIN collections AS c ON c.id = s.collection_id WHERE {ScopeFilter.On("s.collection_id", "?1")}";

    /// <summary>The collection.</summary>
    public long CollectionId => Switch.CollectionId;

    /// <summary>The space that searches use.</summary>
    public EmbeddingSpaceRow Searched => Switch.State == SwitchState.Switched ? To : From;

    /// <summary>The space beside it.</summary>
    public EmbeddingSpaceRow Shadow => Switch.State == SwitchState.Switched ? From : To;

    /// <summary>The switches of a scope, by collection.</summary>
    public static List<SwitchRow> List(StoreConnection connection, AccessScope scope)
        => Read(connection, connection.Prepare(s_select + " ORDER BY s.collection_id").Bind(1, ScopeFilter.Value(scope)));

    /// <summary>The switch of a collection; null without one.</summary>
    public static SwitchRow? Find(StoreConnection connection, long collectionId) => Find(connection, AccessScope.Everything, collectionId);

    /// <summary>The switch of a collection; null without one in the scope.</summary>
    public static SwitchRow? Find(StoreConnection connection, AccessScope scope, long collectionId)
        => Read(connection, connection.Prepare(s_select + " AND s.collection_id = ?2").Bind(1, ScopeFilter.Value(scope)).Bind(2, collectionId)).FirstOrDefault();

    /// <summary>Adds the switch of a collection; every document lacks embeddings.</summary>
    public static void Add(StoreConnection connection, long collectionId, long fromSpaceId, long toSpaceId, SwitchWish wish, DateTimeOffset now)
        => connection.Prepare("INSERT INTO model_switches(collection_id, from_space_id, to_space_id, state, wish, started_at) VALUES(?, ?, ?, ?, ?, ?)")
            .Bind(1, collectionId)
            .Bind(2, fromSpaceId)
            .Bind(3, toSpaceId)
            .Bind(4, (long)SwitchState.Filling)
            .Bind(5, (long)wish)
            .Bind(6, now.UtcTicks)
            .Run();

    /// <summary>Sets the wish.</summary>
    /// <returns>Whether there is a switch.</returns>
    public static bool SetWish(StoreConnection connection, long collectionId, SwitchWish wish)
    {
        connection.Prepare("UPDATE model_switches SET wish = ? WHERE collection_id = ?").Bind(1, (long)wish).Bind(2, collectionId).Run();
        return connection.Changes > 0;
    }

    /// <summary>Sets what filling and measuring gave. A switch that was made keeps its state.</summary>
    public static void Note(StoreConnection connection, long collectionId, bool isReady, SwitchComparison? comparison, string? error)
        => connection.Prepare(
            "UPDATE model_switches SET state = CASE state WHEN ?1 THEN state ELSE ?2 END, comparison = coalesce(?3, comparison), error = ?4 WHERE collection_id = ?5")
            .Bind(1, (long)SwitchState.Switched)
            .Bind(2, (long)(isReady ? SwitchState.Ready : SwitchState.Filling))
            .Bind(3, comparison is null ? null : JsonSerializer.Serialize(comparison, SwitchJson.Default.SwitchComparison))
            .Bind(4, error)
            .Bind(5, collectionId)
            .Run();

    /// <summary>Changes how many documents and chunks have embeddings in the shadow space.</summary>
    public static void ChangeDone(StoreConnection connection, long collectionId, long documents, long chunks)
        => connection.Prepare("UPDATE model_switches SET documents_done = documents_done + ?, chunks_done = chunks_done + ? WHERE collection_id = ?")
            .Bind(1, documents)
            .Bind(2, chunks)
            .Bind(3, collectionId)
            .Run();

    /// <summary>Removes the switch of a collection whose shadow space is empty, with what was noted of its documents.</summary>
    public static void Remove(StoreConnection connection, long collectionId) => ShadowRows.RemoveCollection(connection, collectionId);

    /// <summary>Lets the two spaces change places in the catalogue. Every document has embeddings in both, before and after.</summary>
    public void Swap(StoreConnection connection, DateTimeOffset now)
    {
        connection.Prepare("UPDATE documents SET space_id = ? WHERE collection_id = ?").Bind(1, Shadow.Id).Bind(2, CollectionId).Run();
        connection.Prepare("UPDATE collections SET space_id = ? WHERE id = ?").Bind(1, Shadow.Id).Bind(2, CollectionId).Run();
        connection.Prepare("UPDATE model_switches SET state = ?, wish = ?, switched_at = ? WHERE collection_id = ?")
            .Bind(1, (long)(Switch.State == SwitchState.Switched ? SwitchState.Ready : SwitchState.Switched))
            .Bind(2, (long)SwitchWish.Hold)
            .Bind(3, now.UtcTicks)
            .Bind(4, CollectionId)
            .Run();
    }

    private static List<SwitchRow> Read(StoreConnection connection, StoreStatement statement)
    {
        var read = LibraryQueries.Collect(statement, row => (FromId: row.Int64(1), ToId: row.Int64(2), Make: Read(row)));
        if (read.Count == 0)
        {
            return [];
        }

        var spaces = EmbeddingSpaceRow.ReadAll(connection);
        return read.ConvertAll(each => new SwitchRow(each.Make(spaces[each.FromId].Space, spaces[each.ToId].Space), spaces[each.FromId], spaces[each.ToId]));
    }

    private static Func<EmbeddingSpace, EmbeddingSpace, ModelSwitch> Read(StoreStatement row)
    {
        var collectionId = row.Int64(0);
        var (state, wish) = ((SwitchState)row.Int32(3), (SwitchWish)row.Int32(4));
        var startedAt = LibraryQueries.ReadTime(row, 5);
        DateTimeOffset? switchedAt = row.IsNull(6) ? null : LibraryQueries.ReadTime(row, 6);
        var progress = new SwitchProgress(row.Int64(11), row.Int64(7), row.Int64(12), row.Int64(8), row.Int64(13));
        var comparison = row.TextOrNull(9) is { } json ? JsonSerializer.Deserialize(json, SwitchJson.Default.SwitchComparison) : null;
        var error = row.TextOrNull(10);
        return (from, to) => new ModelSwitch(collectionId, from, to, state, wish, progress, startedAt, switchedAt, comparison, error);
    }
}
