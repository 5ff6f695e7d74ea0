namespace Synapse.Telemetry;

/// <summary>Finds out how the store is, by using it.</summary>
public interface IStoreDoctor
{
    /// <summary>Checks the store. What fails becomes a step, with the code of its error; nothing of the store is thrown.</summary>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<IReadOnlyList<DiagnosisStep>> DiagnoseAsync(CancellationToken cancellationToken);
}

/// <summary>The stable codes of what a check of the store finds when it works. docs/diagnosis.md lists each with its cure.</summary>
public static class StoreFindings
{
    /// <summary>What stands for the store where a step names its provider.</summary>
    public const string Subject = "store";

    /// <summary>The store answers; which it is.</summary>
    public const string Ready = "store_ready";

    /// <summary>A round trip to the database takes long.</summary>
    public const string Slow = "store_slow";

    /// <summary>Enough connections are free.</summary>
    public const string Connections = "store_connections";

    /// <summary>Fewer connections are free than this server may open.</summary>
    public const string ConnectionsFew = "store_connections_few";

    /// <summary>How large the store is, and how much room its disk has, where that is known.</summary>
    public const string Disk = "store_disk";

    /// <summary>The disk has little room left.</summary>
    public const string DiskLow = "store_disk_low";

    /// <summary>All codes.</summary>
    public static IReadOnlyList<string> All { get; } = [Ready, Slow, Connections, ConnectionsFew, Disk, DiskLow];
}
