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
    private readonly IReadOnlyDictionary<string, IPAddress> _targets;

    internal DatabaseAddress(NpgsqlConnectionStringBuilder settings, IReadOnlyDictionary<string, IPAddress>? targets = null)
    {
        _connectionString = settings.ConnectionString;
        _targets = targets ?? new Dictionary<string, IPAddress>();
        Servers = [.. settings.Host!.Split(',').Select(server => DatabaseServer.Read(server, settings.Port))];
        HasPassword = !string.IsNullOrEmpty(settings.Password);
        IsEncrypted = settings.SslMode is SslMode.Require or SslMode.VerifyCA or SslMode.VerifyFull;
        Name = $"postgres://{string.Join(',', Servers)}/{settings.Database}";
    }

    /// <summary>Host, port and database, for messages.</summary>
    public string Name { get; }

    /// <summary>The servers of the database: one, or several of which one at a time is the primary.</summary>
    public IReadOnlyList<DatabaseServer> Servers { get; }

    /// <summary>Whether a password is known.</summary>
    public bool HasPassword { get; }

    /// <summary>Whether a connection that is not encrypted is refused.</summary>
    public bool IsEncrypted { get; }

    /// <summary>The same database with servers at addresses that are known, so that no name server is asked. Certificates are still compared with the names.</summary>
    /// <param name="targets">Addresses by <see cref="DatabaseServer.Host"/>; the others are looked up.</param>
    public DatabaseAddress At(IReadOnlyDictionary<string, IPAddress> targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        return new DatabaseAddress(new NpgsqlConnectionStringBuilder(_connectionString), targets);
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
        if (Servers is [var only])
        {
            (settings.Host, settings.Port) = (Place(only).Host, only.Port);
            return settings;
        }

        settings.Host = string.Join(',', Servers.Select(server => Place(server).ToString()));

        // Which one is the primary is asked again whenever none was found that is.
        settings.TargetSessionAttributes = "primary";
        settings.HostRecheckSeconds = 1;
        return settings;
    }

    /// <summary>The name that the certificate of a server is for.</summary>
    /// <param name="place">Where the connection leads: the name, or the address that was given for it.</param>
    internal string CertifiedName(string place) => _targets.FirstOrDefault(target => target.Value.ToString() == place).Key ?? place;

    private DatabaseServer Place(DatabaseServer server) => _targets.TryGetValue(server.Host, out var target) ? server with { Host = target.ToString() } : server;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
