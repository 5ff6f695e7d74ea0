using Npgsql;
using Synapse.Errors;
using Synapse.Postgres.Migrations;

namespace Synapse.Postgres.Connections;

/// <summary>What the first look at a database finds.</summary>
/// <param name="VectorSchema">The schema that holds the extension vector.</param>
/// <param name="CommitsAreFlushed">Whether a commit waits for the disk.</param>
internal sealed record DatabaseState(string VectorSchema, bool CommitsAreFlushed)
{
    private const int OldestServer = 150_000;

    /// <summary>Looks at the database, and brings it to the schema of the program.</summary>
    /// <exception cref="SynapseException">It cannot be reached, entered, or used; the message says why.</exception>
    public static DatabaseState Prepare(DatabaseAddress address, PostgresOptions options)
    {
        try
        {
            var settings = StoreConnections.Settings(address, options);
            settings.Pooling = false;
            // A migration, or waiting for that of another server, takes as long as it takes.
            settings.CommandTimeout = 0;
            settings.Options = "-c statement_timeout=0 -c lock_timeout=0";
            using var connection = new NpgsqlConnection(settings.ConnectionString);
            connection.Open();
            RequireServer(connection, address.Name);
            SchemaMigrations.Apply(connection, address.Name);
            return Read(connection);
        }
        catch (Exception error) when (PostgresFault.Name(address.Name, error) is { } named)
        {
            throw named;
        }
    }

    private static void RequireServer(NpgsqlConnection connection, string store)
    {
        using var command = connection.Command("SELECT current_setting('server_version_num')::int, current_setting('server_version'), pg_is_in_recovery(), current_setting('server_encoding')");
        using var row = command.ExecuteReader();
        row.Read();
        if (row.GetInt32(0) < OldestServer)
        {
            throw new StoreUnsuitableException(store, $"the server is PostgreSQL {row.GetString(1)}", "Use PostgreSQL 15 or later.");
        }

        if (row.GetString(3) != "UTF8")
        {
            throw new StoreUnsuitableException(store, $"the database is encoded in {row.GetString(3)}", "Make it with CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0.");
        }

        if (row.GetBoolean(2))
        {
            throw new StoreReadOnlyException(store);
        }
    }

    private static DatabaseState Read(NpgsqlConnection connection)
    {
        using var command = connection.Command(
            "SELECT nspname, current_setting('synchronous_commit') <> 'off' FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'vector'");
        using var row = command.ExecuteReader();
        row.Read();
        return new DatabaseState(row.GetString(0), row.GetBoolean(1));
    }
}
