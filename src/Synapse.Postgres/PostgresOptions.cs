using System.ComponentModel.DataAnnotations;

namespace Synapse.Postgres;

/// <summary>How the store uses its database. Which one it is, <see cref="DatabaseAddress"/> says.</summary>
public sealed class PostgresOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:Postgres";

    /// <summary>Most connections that one server of Synapse opens at once, one for the ledger aside; 2 to 1,000.</summary>
    [Range(2, 1_000)]
    public int PoolSize { get; set; } = 20;

    /// <summary>How long to wait for a connection before the database counts as unreachable; 1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one statement may take before the database ends it; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMinutes(1);
}
