using System.Globalization;
using Npgsql;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Migrations;
using Synapse.Telemetry;

namespace Synapse.Postgres.Diagnosis;

/// <summary>Looks at a database that answers: which it is, how far away, how many connections it has left, how much it holds.</summary>
internal static class DatabaseExamination
{
    private const int RoundTrips = 5;

    // A search takes some ten round trips.
    private static readonly TimeSpan s_slow = TimeSpan.FromMilliseconds(10);

    private const string Size = $"SELECT pg_database_size(current_database()), (SELECT count(*) FROM {SchemaMigrations.Schema}.segments WHERE state = 1)";

    private const string Versions = $"""
        SELECT current_setting('server_version'), (SELECT extversion FROM pg_extension WHERE extname = 'vector'), (SELECT version FROM {SchemaMigrations.Schema}.schema_version)
        """;

    // Others' connections are seen by every user, though not what they do. Reserved ones are not for us, unless we are a superuser.
    private const string Free = """
        SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int - coalesce(current_setting('reserved_connections', true), '0')::int,
            (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int,
            (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname = current_database() AND usename = current_user)::int
        """;

    // How large the log is, and how much room the disk has, PostgreSQL tells nobody but its superuser.
    public static Task<StoreReading> MeasureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
        => connection.FindAsync(Size, [], row => new StoreReading(row.GetInt64(0), null, null, row.GetInt64(1)), cancellationToken)!;

    public static async Task<IReadOnlyList<DiagnosisStep>> RunAsync(
        NpgsqlConnection connection, string store, int poolSize, TimeProvider time, CancellationToken cancellationToken)
        => [
            await CheckServerAsync(connection, store, time, cancellationToken),
            await CheckConnectionsAsync(connection, poolSize, time, cancellationToken),
            await CheckSizeAsync(connection, time, cancellationToken),
        ];

    private static async Task<DiagnosisStep> CheckServerAsync(NpgsqlConnection connection, string store, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var versions = await connection.FindAsync(
            Versions, [], row => $"PostgreSQL {row.GetString(0).Split(' ')[0]} at {store}, pgvector {row.TextOrNull(1) ?? "none"}, schema {row.GetInt32(2)}", cancellationToken);
        var fastest = TimeSpan.MaxValue;
        for (var trip = 0; trip < RoundTrips; trip++)
        {
            var sent = time.GetTimestamp();
            await connection.FindAsync("SELECT 1", [], _ => true, cancellationToken);
            var elapsed = time.GetElapsedTime(sent);
            fastest = elapsed < fastest ? elapsed : fastest;
        }

        var text = string.Create(CultureInfo.InvariantCulture, $"{versions}; {fastest.TotalMilliseconds:0.00} ms for a round trip.");
        return fastest <= s_slow
            ? Step("server", DiagnosisOutcome.Ok, StoreFindings.Ready, text, null, time.GetElapsedTime(started))
            : Step(
                "server", DiagnosisOutcome.Warning, StoreFindings.Slow, text,
                "Every search waits for several round trips: put Synapse and its database into one network, or look at what slows the database down.", time.GetElapsedTime(started));
    }

    private static async Task<DiagnosisStep> CheckConnectionsAsync(NpgsqlConnection connection, int poolSize, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var (most, used, ours) = await connection.FindAsync(Free, [], row => (row.GetInt32(0), row.GetInt32(1), row.GetInt32(2)), cancellationToken);
        var free = Math.Max(0, most - used);
        var wanted = poolSize + StoreConnections.OwnConnections;
        var text = string.Create(CultureInfo.InvariantCulture, $"{free} of {most} connections are free; {ours} are Synapse's, and each server opens up to {wanted}.");
        return free + ours >= wanted
            ? Step("connections", DiagnosisOutcome.Ok, StoreFindings.Connections, text, null, time.GetElapsedTime(started))
            : Step(
                "connections", DiagnosisOutcome.Warning, StoreFindings.ConnectionsFew, text, "Raise max_connections of the database, or lower Synapse:Postgres:PoolSize.", time.GetElapsedTime(started));
    }

    private static async Task<DiagnosisStep> CheckSizeAsync(NpgsqlConnection connection, TimeProvider time, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var bytes = await connection.FindAsync("SELECT pg_database_size(current_database())", [], row => row.GetInt64(0), cancellationToken);
        return Step(
            "disk", DiagnosisOutcome.Ok, StoreFindings.Disk,
            string.Create(CultureInfo.InvariantCulture, $"The database takes {bytes / 1e6:0.0} MB. How much room its disk has left, PostgreSQL does not tell."), null, time.GetElapsedTime(started));
    }

    private static DiagnosisStep Step(string name, DiagnosisOutcome outcome, string code, string finding, string? cure, TimeSpan elapsed)
        => new(StoreFindings.Subject, name, outcome, code, finding, cure, elapsed);
}
