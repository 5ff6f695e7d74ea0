using Npgsql;
using Synapse.Errors;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Migrations;

/// <summary>Brings the schema of a database to the version of the program.</summary>
internal static class SchemaMigrations
{
    /// <summary>The schema that holds everything.</summary>
    public const string Schema = "synapse";

    /// <summary>Held while a step runs, so that of several servers that start together one migrates: "SYNP".</summary>
    private const long LockKey = 0x53594E50;

    private const string OldestVector = "0.8";

    // Each takes the schema from its index to the next. Once released, none is ever changed.
    private static readonly string[] s_steps = [FirstSchema.Sql];

    /// <summary>The schema that this program writes.</summary>
    public static int Latest => s_steps.Length;

    /// <summary>Applies the steps that the database lacks, each in a transaction of its own.</summary>
    /// <exception cref="StoreNewerException">The schema is of a newer program.</exception>
    /// <exception cref="StoreForeignException">The schema is of another program.</exception>
    /// <exception cref="StoreUnsuitableException">The extension vector is missing or too old, or the right to make the schema is.</exception>
    public static void Apply(NpgsqlConnection connection, string store)
    {
        while (!ApplyNext(connection, store))
        {
        }
    }

    /// <returns>Whether nothing is left to do.</returns>
    private static bool ApplyNext(NpgsqlConnection connection, string store)
    {
        using var transaction = connection.BeginTransaction();
        Execute(connection, "SELECT pg_advisory_xact_lock($1)", LockKey);
        var version = ReadVersion(connection, store);
        if (version > Latest)
        {
            throw new StoreNewerException(store, version, Latest);
        }

        RequireVector(connection, store);
        if (version == Latest)
        {
            transaction.Commit();
            return true;
        }

        if (version == 0)
        {
            MakeSchema(connection, store);
        }

        Execute(connection, $"SET LOCAL search_path = {Schema}");
        Execute(connection, s_steps[version]);
        Execute(connection, $"UPDATE {Schema}.schema_version SET version = $1", version + 1);
        transaction.Commit();
        return false;
    }

    /// <summary>The version of the schema; 0 when there is none.</summary>
    private static int ReadVersion(NpgsqlConnection connection, string store)
    {
        const string Look = """
            SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = n.oid)
                + (SELECT count(*) FROM pg_proc WHERE pronamespace = n.oid)
                + (SELECT count(*) FROM pg_type WHERE typnamespace = n.oid),
                (SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass($1 || '.schema_version') AND attnum > 0 AND attname IN ('version', 'program'))
            FROM pg_namespace AS n WHERE nspname = $1
            """;
        using (var command = connection.Command(Look, Schema))
        using (var row = command.ExecuteReader())
        {
            if (!row.Read() || row.GetInt64(0) == 0)
            {
                return 0;
            }

            if (row.GetInt64(1) != 2)
            {
                throw new StoreForeignException(store, Schema);
            }
        }

        using var read = connection.Command($"SELECT version FROM {Schema}.schema_version WHERE program = 'Synapse'");
        return read.ExecuteScalar() is int version ? version : throw new StoreForeignException(store, Schema);
    }

    private static void MakeSchema(NpgsqlConnection connection, string store)
    {
        try
        {
            // Asked first: IF NOT EXISTS wants the right to make one even where it is there.
            using var find = connection.Command("SELECT to_regnamespace($1) IS NOT NULL", Schema);
            if (!(bool)find.ExecuteScalar()!)
            {
                Execute(connection, $"CREATE SCHEMA {Schema}");
            }
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StoreUnsuitableException(
                store, $"the user may not make the schema '{Schema}' there", $"Let its owner run: GRANT CREATE ON DATABASE {connection.Database} TO {connection.UserName}.", error);
        }
    }

    private static void RequireVector(NpgsqlConnection connection, string store)
    {
        if (FindVector(connection) is not { } installed)
        {
            AddVector(connection, store);
            installed = FindVector(connection)!;
        }

        if (Version.Parse(installed) < Version.Parse(OldestVector))
        {
            throw new StoreUnsuitableException(
                store,
                $"its extension vector is {installed}",
                $"Install pgvector {OldestVector} or later on the server, then let a superuser run in this database: ALTER EXTENSION vector UPDATE.");
        }
    }

    private static void AddVector(NpgsqlConnection connection, string store)
    {
        try
        {
            Execute(connection, "CREATE EXTENSION IF NOT EXISTS vector");
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new StoreUnsuitableException(
                store, "its extension vector is not there yet, and the user may not add it", "Let a superuser run in this database: CREATE EXTENSION vector.", error);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.UndefinedFile)
        {
            throw new StoreUnsuitableException(store, "the server does not have the extension vector", $"Install pgvector {OldestVector} or later there.", error);
        }
    }

    private static string? FindVector(NpgsqlConnection connection)
    {
        using var command = connection.Command("SELECT extversion FROM pg_extension WHERE extname = 'vector'");
        return (string?)command.ExecuteScalar();
    }

    private static void Execute(NpgsqlConnection connection, string sql, params ReadOnlySpan<object?> values)
    {
        using var command = connection.Command(sql, values);
        command.ExecuteNonQuery();
    }
}
