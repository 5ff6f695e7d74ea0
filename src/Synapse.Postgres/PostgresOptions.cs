using System.ComponentModel.DataAnnotations;

namespace Synapse.Postgres;

/// <summary>How the store uses its database. Which one it is, <see cref="DatabaseAddress"/> says.</summary>
public sealed class PostgresOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:Postgres";

    /// <summary>Most connections that one server of Synapse opens at once, five for the store's own work aside; 2 to 1,000.</summary>
    [Range(2, 1_000)]
    public int PoolSize { get; set; } = 20;

    /// <summary>How long to wait for a connection before the database counts as unreachable; 1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a server waits at its start for a database that is not there yet, as when both start together; 0 s to 1 h. Commands do not wait.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long one statement may take before the database ends it; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan StatementTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How far a standby may be behind the database and still be searched; 0.1 s to 1 h. What this server itself has stored is never missing, whatever is set here.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan ReplicaLag { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Memory of this server for postings of words that were searched lately, in MB; 16 to 65,536.</summary>
    [Range(16, 65_536)]
    public int CacheMegabytes { get; set; } = 256;

    /// <summary>Memory of the database for building the vector index of one collection, in MB; 64 to 1,048,576. An index that does not fit is built many times slower: about 1.2 KB per chunk with 384 dimensions.</summary>
    [Range(64, 1_048_576)]
    public int IndexMemoryMegabytes { get; set; } = 512;

    /// <summary>Chunks from which on a collection gets a vector index of its own; of fewer, every one is compared. Set by tests.</summary>
    internal int IndexedFrom { get; set; } = 10_000;

    /// <summary>Whether the store merges and builds indexes beside its other work; tests do it at the moment they choose.</summary>
    internal bool MaintainsItself { get; set; } = true;
}
