using Npgsql;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Privacy;

namespace Synapse.Postgres.Ledger;

/// <summary>The rows of the egress ledger.</summary>
internal static class LedgerRows
{
    /// <summary>First key of the locks that tell which servers are there: "SYLG". The second is the server.</summary>
    public const int ServerLock = 0x53594C47;

    private const string Columns =
        "SELECT e.id, e.started_at, e.provider, e.host, e.reach, e.purpose, e.outcome, e.status, e.rule, e.bytes_sent, e.bytes_received, e.duration FROM egress AS e ";

    // An entry that carried nothing the caller may see is shown to those alone who see everything.
    private static readonly string s_where =
        $"""
        WHERE ($1::bigint[] IS NULL OR EXISTS(SELECT 1 FROM egress_documents AS d WHERE d.egress_id = e.id AND {Commands.Within("d.collection_id", "$1")}))
          AND ($2::text IS NULL OR e.provider = $2)
          AND ($3::bigint IS NULL OR EXISTS(SELECT 1 FROM egress_documents AS d WHERE d.egress_id = e.id AND d.collection_id = $3))
          AND ($4::smallint IS NULL OR e.purpose = $4)
        """;

    private static readonly string s_documents =
        $"SELECT egress_id, collection_id, collection, source_id, path FROM egress_documents WHERE egress_id = ANY($2) AND {Commands.Within("collection_id", "$1")} ORDER BY collection, path, source_id";

    /// <summary>Notes that a server ended before the requests that are still open did. Which servers are there, their locks tell.</summary>
    public static void CloseAbandoned(NpgsqlBatch batch)
        => batch.Add(
            "UPDATE egress SET outcome = $1 WHERE outcome = 0 AND NOT EXISTS(SELECT 1 FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.objsubid = 2"
            + " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND l.classid::bigint = $2 AND l.objid::bigint = server_id)",
            EgressOutcome.Interrupted,
            (long)ServerLock);

    public static void Add(NpgsqlBatch batch, long id, int serverId, EgressAttempt attempt)
    {
        batch.Add(
            "INSERT INTO egress(id, server_id, started_at, provider, host, reach, purpose) VALUES($1, $2, $3, $4, $5, $6, $7::smallint) ON CONFLICT(id) DO NOTHING",
            id,
            serverId,
            attempt.StartedAt.UtcTicks,
            Commands.Storable(attempt.Provider),
            Commands.Storable(attempt.Host),
            attempt.Reach,
            attempt.Purpose);
        if (attempt.Documents.Count > 0)
        {
            batch.Add(
                "INSERT INTO egress_documents(egress_id, collection_id, source_id, path, collection) SELECT $1, d.collection_id, d.source_id, d.path, coalesce(c.name, '')"
                + " FROM unnest($2::bigint[], $3::bigint[], $4::text[]) AS d(collection_id, source_id, path) LEFT JOIN collections AS c ON c.id = d.collection_id ON CONFLICT DO NOTHING",
                id,
                attempt.Documents.Select(document => document.CollectionId).ToArray(),
                attempt.Documents.Select(document => document.SourceId).ToArray(),
                attempt.Documents.Select(document => Commands.Storable(document.Path)).ToArray());
        }
    }

    public static void Complete(NpgsqlBatch batch, long id, EgressResult result)
        => batch.Add(
            "UPDATE egress SET outcome = $2, status = $3::int, rule = $4::text, bytes_sent = $5, bytes_received = $6, duration = $7 WHERE id = $1",
            id,
            result.Outcome,
            result.Status,
            result.Rule,
            result.BytesSent,
            result.BytesReceived,
            result.Duration.Ticks);

    /// <summary>Forgets what is too old or too much; requests that are still open stay.</summary>
    public static void Forget(NpgsqlBatch batch, EgressRetention retention, DateTimeOffset now)
    {
        // Counted from the newest: keys have gaps where a server took one and wrote nothing.
        const string Stale = "SELECT id FROM egress WHERE outcome <> 0 AND (started_at < $1 OR id <= (SELECT id FROM egress ORDER BY id DESC OFFSET $2 LIMIT 1))";
        batch.Add(
            $"WITH stale AS (DELETE FROM egress WHERE id IN ({Stale}) RETURNING id) DELETE FROM egress_documents WHERE egress_id IN (SELECT id FROM stale)",
            (now - retention.MaxAge).UtcTicks,
            retention.MaxEntries);
    }

    public static async Task<IReadOnlyList<EgressEntry>> ListAsync(
        NpgsqlConnection connection, AccessScope scope, EgressFilter filter, long? before, int limit, CancellationToken cancellationToken)
    {
        var entries = await connection.ListAsync(
            $"{Columns}{s_where} AND ($5::bigint IS NULL OR e.id < $5) ORDER BY e.id DESC LIMIT $6", [.. Values(scope, filter), before, limit], ReadEntry, cancellationToken);
        return await AddDocumentsAsync(connection, scope, entries, cancellationToken);
    }

    /// <summary>Lists entries by their keys.</summary>
    public static async Task<IReadOnlyList<EgressEntry>> ListAfterAsync(NpgsqlConnection connection, long after, int limit, CancellationToken cancellationToken)
    {
        var entries = await connection.ListAsync($"{Columns}WHERE e.id > $1 ORDER BY e.id LIMIT $2", [after, limit], ReadEntry, cancellationToken);
        return await AddDocumentsAsync(connection, AccessScope.Everything, entries, cancellationToken);
    }

    /// <summary>Removes entries by their keys.</summary>
    public static void Remove(NpgsqlBatch batch, long after, long last)
    {
        batch.Add("DELETE FROM egress_documents WHERE egress_id > $1 AND egress_id <= $2", after, last);
        batch.Add("DELETE FROM egress WHERE id > $1 AND id <= $2", after, last);
    }

    /// <summary>Enters an entry of another ledger under its key. It is of no server that is still there.</summary>
    public static void Import(NpgsqlBatch batch, EgressEntry entry)
    {
        var (attempt, result) = (entry.Attempt, entry.Result);
        batch.Add(
            "INSERT INTO egress(id, server_id, started_at, provider, host, reach, purpose, outcome, status, rule, bytes_sent, bytes_received, duration)"
            + " VALUES($1, 0, $2, $3, $4, $5, $6::smallint, $7, $8::int, $9::text, $10, $11, $12)",
            entry.Id,
            attempt.StartedAt.UtcTicks,
            Commands.Storable(attempt.Provider),
            Commands.Storable(attempt.Host),
            attempt.Reach,
            attempt.Purpose,
            result.Outcome,
            result.Status,
            result.Rule,
            result.BytesSent,
            result.BytesReceived,
            result.Duration.Ticks);
        if (entry.Documents.Count > 0)
        {
            batch.Add(
                "INSERT INTO egress_documents(egress_id, collection_id, source_id, path, collection) SELECT $1, d.collection_id, d.source_id, d.path, d.collection"
                + " FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[]) AS d(collection_id, source_id, path, collection) ON CONFLICT DO NOTHING",
                entry.Id,
                entry.Documents.Select(document => document.CollectionId).ToArray(),
                entry.Documents.Select(document => document.SourceId).ToArray(),
                entry.Documents.Select(document => Commands.Storable(document.Path)).ToArray(),
                entry.Documents.Select(document => Commands.Storable(document.Collection)).ToArray());
        }
    }

    private static async Task<IReadOnlyList<EgressEntry>> AddDocumentsAsync(
        NpgsqlConnection connection, AccessScope scope, List<EgressEntry> entries, CancellationToken cancellationToken)
    {
        var documents = (await connection.ListAsync(
            s_documents,
            [Commands.Ids(scope), entries.Select(entry => entry.Id).ToArray()],
            row => (EntryId: row.GetInt64(0), Document: new EgressedDocument(row.GetInt64(1), row.GetString(2), row.GetInt64(3), row.GetString(4))),
            cancellationToken)).ToLookup(row => row.EntryId, row => row.Document);
        return [.. entries.Select(entry => entry with { Documents = [.. documents[entry.Id]] })];
    }

    public static Task<List<EgressTotal>> SumByHostAsync(NpgsqlConnection connection, AccessScope scope, EgressFilter filter, CancellationToken cancellationToken)
    {
        const string Columns =
            "SELECT e.host, e.reach, count(*) FILTER (WHERE e.outcome <> $5), count(*) FILTER (WHERE e.outcome = $5), sum(e.bytes_sent)::bigint, sum(e.bytes_received)::bigint, max(e.started_at) FROM egress AS e ";
        return connection.ListAsync(
            $"{Columns}{s_where} GROUP BY e.host, e.reach ORDER BY 5 DESC, 1, 2",
            [.. Values(scope, filter), EgressOutcome.Refused],
            row => new EgressTotal(row.GetString(0), (AddressReach)row.GetInt16(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.Ticks(6)),
            cancellationToken);
    }

    private static object?[] Values(AccessScope scope, EgressFilter filter) => [Commands.Ids(scope), filter.Provider, filter.CollectionId, filter.Purpose];

    private static EgressEntry ReadEntry(NpgsqlDataReader row)
        => new(
            row.GetInt64(0),
            new EgressAttempt(
                row.Ticks(1),
                row.GetString(2),
                row.GetString(3),
                (AddressReach)row.GetInt16(4),
                row.IsDBNull(5) ? null : (EgressPurpose)row.GetInt16(5),
                []),
            new EgressResult(
                (EgressOutcome)row.GetInt16(6),
                row.IsDBNull(7) ? null : row.GetInt32(7),
                row.TextOrNull(8),
                row.GetInt64(9),
                row.GetInt64(10),
                TimeSpan.FromTicks(row.GetInt64(11))),
            []);
}
