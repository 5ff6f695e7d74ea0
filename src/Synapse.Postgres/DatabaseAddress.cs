using Microsoft.Extensions.Configuration;
using Npgsql;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres;

/// <summary>Where the database is and who we are to it. It prints without its password.</summary>
public sealed class DatabaseAddress
{
    /// <summary>The variable that names the database.</summary>
    public const string Variable = "DATABASE_URL";

    /// <summary>The variable that names a file with the password.</summary>
    public const string PasswordFileVariable = "DATABASE_PASSWORD_FILE";

    private readonly string _connectionString;

    internal DatabaseAddress(NpgsqlConnectionStringBuilder settings)
    {
        _connectionString = settings.ConnectionString;
        Name = $"postgres://{settings.Host}:{settings.Port}/{settings.Database}";
    }

    /// <summary>Host, port and database, for messages.</summary>
    public string Name { get; }

    /// <summary>Reads the variables.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="faults">Receives what is wrong, each with its key and its cure, and never a part of the value that may be secret.</param>
    /// <returns>Null when no database is named, or when there are faults.</returns>
    public static DatabaseAddress? Read(IConfiguration configuration, ICollection<string> faults) => new AddressReader(configuration, faults).Read();

    /// <summary>The settings of a connection, to be changed by the caller.</summary>
    internal NpgsqlConnectionStringBuilder ToSettings() => new(_connectionString);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
