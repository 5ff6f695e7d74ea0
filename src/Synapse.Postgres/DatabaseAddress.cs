using System.Net;
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

    /// <summary>The variable that names a standby of the database, for searches.</summary>
    public const string ReplicaVariable = "DATABASE_REPLICA_URL";

    private readonly string _connectionString;
    private readonly IPAddress? _target;

    internal DatabaseAddress(NpgsqlConnectionStringBuilder settings, IPAddress? target = null)
    {
        _connectionString = settings.ConnectionString;
        _target = target;
        Host = settings.Host!;
        HasPassword = !string.IsNullOrEmpty(settings.Password);
        IsEncrypted = settings.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull;
        Name = $"postgres://{settings.Host}:{settings.Port}/{settings.Database}";
    }

    /// <summary>Host, port and database, for messages.</summary>
    public string Name { get; }

    /// <summary>Name or IP address of the server, or the path of a Unix socket.</summary>
    public string Host { get; }

    /// <summary>Whether a password is known.</summary>
    public bool HasPassword { get; }

    /// <summary>Whether a connection that is not encrypted is refused.</summary>
    public bool IsEncrypted { get; }

    /// <summary>Whether the server is reached over a Unix socket.</summary>
    public bool IsSocket => Host.StartsWith('/');

    /// <summary>The same database at an address that is known, so that no name server is asked. Certificates are still compared with the name.</summary>
    public DatabaseAddress At(IPAddress target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new DatabaseAddress(new NpgsqlConnectionStringBuilder(_connectionString), target);
    }

    /// <summary>Reads the variables.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="faults">Receives what is wrong, each with its key and its cure, and never a part of the value that may be secret.</param>
    /// <returns>Null when no database is named, or when there are faults.</returns>
    public static DatabaseAddress? Read(IConfiguration configuration, ICollection<string> faults) => new AddressReader(configuration, faults).Read();

    /// <summary>Reads the variable that names a standby. Its password may be in the file that <see cref="PasswordFileVariable"/> names.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="faults">Receives what is wrong.</param>
    /// <returns>Null when none is named, or when there are faults.</returns>
    public static DatabaseAddress? ReadReplica(IConfiguration configuration, ICollection<string> faults)
        => new AddressReader(configuration, faults, ReplicaVariable).Read();

    /// <summary>The settings of a connection, to be changed by the caller.</summary>
    internal NpgsqlConnectionStringBuilder ToSettings()
    {
        var settings = new NpgsqlConnectionStringBuilder(_connectionString);
        settings.Host = _target?.ToString() ?? settings.Host;
        return settings;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
