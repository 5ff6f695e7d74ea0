namespace Synapse.PostgresServers;

/// <summary>How a server of tests runs.</summary>
public sealed record PostgresServerOptions
{
    /// <summary>Whether it flushes to the disk, as servers do that hold anything of value.</summary>
    public bool IsDurable { get; init; }

    /// <summary>Settings of the server by their names in postgresql.conf.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
