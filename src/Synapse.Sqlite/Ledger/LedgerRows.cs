using Synapse.Library;
using Synapse.Privacy;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite.Ledger;

/// <summary>The rows of the egress ledger.</summary>
internal static class LedgerRows
{
    // An entry that carried nothing the caller may see is shown to those alone who see everything.
    private static readonly string s_where =
        $"""
        WHERE (?1 IS NULL OR EXISTS(SELECT 1 FROM egress_documents d WHERE d.egress_id = e.id AND {ScopeFilter.On("d.collection_id", "?1")}))
          AND (?2 IS NULL OR e.provider = ?2)
          AND (?3 IS NULL OR EXISTS(SELECT 1 FROM egress_documents d WHERE d.egress_id = e.id AND d.collection_id = ?3))
          AND (?4 IS NULL OR e.purpose = ?4)
        """;

    /// <summary>The last key that was ever given.</summary>
    public static long LastId(StoreConnection connection) => connection.Scalar("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'egress'), 0)");

    /// <summary>Notes that the process ended before the requests that are still open did.</summary>
    public static void CloseOpen(StoreConnection connection)
        => connection.Prepare("UPDATE egress SET outcome = ? WHERE outcome = 0").Bind(1, (long)EgressOutcome.Interrupted).Run();

    public static void Add(StoreConnection connection, long id, EgressAttempt attempt)
    {
        connection.Prepare("INSERT INTO egress(id, started_at, provider, host, reach, purpose) VALUES(?, ?, ?, ?, ?, ?)")
            .Bind(1, id)
            .Bind(2, attempt.StartedAt.UtcTicks)
            .Bind(3, attempt.Provider)
            .Bind(4, attempt.Host)
            .Bind(5, (long)attempt.Reach)
            .Bind(6, (long?)attempt.Purpose)
            .Run();
        foreach (var document in attempt.Documents)
        {
            connection.Prepare(
                "INSERT OR IGNORE INTO egress_documents(egress_id, collection_id, source_id, path, collection)"
                + " VALUES(?1, ?2, ?3, ?4, coalesce((SELECT name FROM collections WHERE id = ?2), ''))")
                .Bind(1, id)
                .Bind(2, document.CollectionId)
                .Bind(3, document.SourceId)
                .Bind(4, document.Path)
                .Run();
        }
    }

    public static void Complete(StoreConnection connection, long id, EgressResult result)
        => connection.Prepare("UPDATE egress SET outcome = ?2, status = ?3, rule = ?4, bytes_sent = ?5, bytes_received = ?6, duration = ?7 WHERE id = ?1")
            .Bind(1, id)
            .Bind(2, (long)result.Outcome)
            .Bind(3, (long?)result.Status)
            .Bind(4, result.Rule)
            .Bind(5, result.BytesSent)
            .Bind(6, result.BytesReceived)
            .Bind(7, result.Duration.Ticks)
            .Run();

    /// <summary>Forgets what is too old or too much; requests that are still open stay.</summary>
    public static void Forget(StoreConnection connection, EgressRetention retention, DateTimeOffset now)
    {
        var oldest = (now - retention.MaxAge).UtcTicks;
        var first = LastId(connection) - retention.MaxEntries;
        const string Stale = "(SELECT id FROM egress WHERE (id <= ?1 OR started_at < ?2) AND outcome <> 0)";
        connection.Prepare($"DELETE FROM egress_documents WHERE egress_id IN {Stale}").Bind(1, first).Bind(2, oldest).Run();
        connection.Prepare($"DELETE FROM egress WHERE id IN {Stale}").Bind(1, first).Bind(2, oldest).Run();
    }

    public static List<EgressEntry> List(StoreConnection connection, AccessScope scope, EgressFilter filter, long? before, int limit)
    {
        const string Columns =
            "SELECT e.id, e.started_at, e.provider, e.host, e.reach, e.purpose, e.outcome, e.status, e.rule, e.bytes_sent, e.bytes_received, e.duration FROM egress e ";
        var entries = LibraryQueries.Collect(
            Bind(connection.Prepare($"{Columns}{s_where} AND (?5 IS NULL OR e.id < ?5) ORDER BY e.id DESC LIMIT ?6"), scope, filter)
                .Bind(5, before)
                .Bind(6, (long)limit),
            ReadEntry);
        return [.. entries.Select(entry => entry with { Documents = Documents(connection, scope, entry.Id) })];
    }

    public static List<EgressTotal> SumByHost(StoreConnection connection, AccessScope scope, EgressFilter filter)
    {
        const string Columns =
            "SELECT e.host, e.reach, sum(e.outcome <> ?5), sum(e.outcome = ?5), sum(e.bytes_sent), sum(e.bytes_received), max(e.started_at) FROM egress e ";
        return LibraryQueries.Collect(
            Bind(connection.Prepare($"{Columns}{s_where} GROUP BY e.host, e.reach ORDER BY 5 DESC, 1, 2"), scope, filter).Bind(5, (long)EgressOutcome.Refused),
            row => new EgressTotal(
                row.Text(0), (AddressReach)row.Int32(1), row.Int64(2), row.Int64(3), row.Int64(4), row.Int64(5), LibraryQueries.ReadTime(row, 6)));
    }

    /// <summary>Lists entries by their keys.</summary>
    public static List<EgressEntry> ListAfter(StoreConnection connection, long after, int limit)
    {
        var entries = LibraryQueries.Collect(
            connection.Prepare(
                "SELECT id, started_at, provider, host, reach, purpose, outcome, status, rule, bytes_sent, bytes_received, duration FROM egress WHERE id > ? ORDER BY id LIMIT ?")
                .Bind(1, after)
                .Bind(2, (long)limit),
            ReadEntry);
        return [.. entries.Select(entry => entry with { Documents = Documents(connection, AccessScope.Everything, entry.Id) })];
    }

    /// <summary>Removes entries by their keys.</summary>
    public static void Remove(StoreConnection connection, long after, long last)
    {
        connection.Prepare("DELETE FROM egress_documents WHERE egress_id > ? AND egress_id <= ?").Bind(1, after).Bind(2, last).Run();
        connection.Prepare("DELETE FROM egress WHERE id > ? AND id <= ?").Bind(1, after).Bind(2, last).Run();
    }

    /// <summary>Enters an entry of another ledger under its key.</summary>
    public static void Import(StoreConnection connection, EgressEntry entry)
    {
        Add(connection, entry.Id, entry.Attempt);
        Complete(connection, entry.Id, entry.Result);
        foreach (var document in entry.Documents)
        {
            connection.Prepare("INSERT OR IGNORE INTO egress_documents(egress_id, collection_id, source_id, path, collection) VALUES(?, ?, ?, ?, ?)")
                .Bind(1, entry.Id)
                .Bind(2, document.CollectionId)
                .Bind(3, document.SourceId)
                .Bind(4, document.Path)
                .Bind(5, document.Collection)
                .Run();
        }
    }

    private static StoreStatement Bind(StoreStatement statement, AccessScope scope, EgressFilter filter)
        => statement.Bind(1, ScopeFilter.Value(scope)).Bind(2, filter.Provider).Bind(3, filter.CollectionId).Bind(4, (long?)filter.Purpose);

    private static List<EgressedDocument> Documents(StoreConnection connection, AccessScope scope, long entryId)
        => LibraryQueries.Collect(
            connection.Prepare(
                "SELECT collection_id, collection, source_id, path FROM egress_documents"
                + $" WHERE egress_id = ?2 AND {ScopeFilter.On("collection_id", "?1")} ORDER BY collection, path, source_id")
                .Bind(1, ScopeFilter.Value(scope))
                .Bind(2, entryId),
            row => new EgressedDocument(row.Int64(0), row.Text(1), row.Int64(2), row.Text(3)));

    private static EgressEntry ReadEntry(StoreStatement row)
        => new(
            row.Int64(0),
            new EgressAttempt(
                LibraryQueries.ReadTime(row, 1),
                row.Text(2),
                row.Text(3),
                (AddressReach)row.Int32(4),
                row.IsNull(5) ? null : (EgressPurpose)row.Int32(5),
                []),
            new EgressResult(
                (EgressOutcome)row.Int32(6),
                row.IsNull(7) ? null : row.Int32(7),
                row.TextOrNull(8),
                row.Int64(9),
                row.Int64(10),
                TimeSpan.FromTicks(row.Int64(11))),
            []);
}
