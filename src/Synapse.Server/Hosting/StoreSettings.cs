using System.Net;
using Synapse.Postgres;
using Synapse.Privacy;
using Synapse.Providers.Configuration;

namespace Synapse.Server.Hosting;

/// <summary>The database of the team store.</summary>
/// <param name="Database">Where everything is kept.</param>
/// <param name="Replica">A standby of it, for searches; null for none.</param>
internal sealed record TeamDatabase(DatabaseAddress Database, DatabaseAddress? Replica);

/// <summary>Reads where documents are stored: in the database that is named, else in the data folder.</summary>
internal static class StoreSettings
{
    /// <summary>Reads the settings.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="policy">What may be reached; null when its own settings are wrong.</param>
    /// <param name="faults">Receives what is wrong, each with its key and its cure.</param>
    /// <returns>The database; null for the data folder, or when there are faults.</returns>
    public static TeamDatabase? Read(IConfiguration configuration, EgressPolicy? policy, List<string> faults)
    {
        faults.AddRange(SectionFaults.Find<PostgresOptions>(configuration, PostgresOptions.SectionName));
        if (!string.IsNullOrWhiteSpace(configuration[DatabaseAddress.ReplicaVariable]) && string.IsNullOrWhiteSpace(configuration[DatabaseAddress.Variable]))
        {
            faults.Add($"{DatabaseAddress.ReplicaVariable}: it is set, and {DatabaseAddress.Variable} is not. Name the database as well, or remove this one.");
            return null;
        }

        var database = Check(DatabaseAddress.Read(configuration, faults), DatabaseAddress.Variable, policy, faults);
        var replica = Check(DatabaseAddress.ReadReplica(configuration, faults), DatabaseAddress.ReplicaVariable, policy, faults);
        return database is null ? null : new TeamDatabase(database, replica);
    }

    /// <summary>Looks whether a database may be reached.</summary>
    /// <param name="address">The database; null when there is none.</param>
    /// <param name="variable">What names it, for the fault.</param>
    /// <param name="policy">What may be reached; null when its own settings are wrong.</param>
    /// <param name="faults">Receives the refusal.</param>
    /// <returns>The database, by its address where that is known; null when it is refused.</returns>
    public static DatabaseAddress? Check(DatabaseAddress? address, string variable, EgressPolicy? policy, List<string> faults)
    {
        if (address is null || policy is null)
        {
            return address;
        }

        var targets = new Dictionary<string, IPAddress>(StringComparer.Ordinal);
        foreach (var host in address.Servers.Where(static server => !server.IsSocket).Select(static server => server.Host).Distinct(StringComparer.Ordinal))
        {
            if (policy.CheckDatabase(host, ReachOf(host), address.IsEncrypted) is { } refusal)
            {
                faults.Add($"{variable}: rule '{refusal.Rule}' refuses the database. {refusal.Reason}");
                return null;
            }

            // Names whose address is known are never asked for; of the two of this machine the driver takes the one that answers, but in offline mode it may not ask.
            if (policy.FindAddresses(host) is { } known && (known.Count == 1 || policy.IsOffline))
            {
                targets[host] = known[0];
            }
        }

        return address.At(targets);
    }

    private static AddressReach ReachOf(string host)
        => Uri.TryCreate(host.Contains(':', StringComparison.Ordinal) ? $"tcp://[{host}]" : $"tcp://{host}", UriKind.Absolute, out var address)
            ? HostReach.Of(address)
            : AddressReach.Public;
}
