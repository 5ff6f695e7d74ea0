using Synapse.Ingestion;
using Synapse.Telemetry;

namespace Synapse.Server.Telemetry;

/// <summary>How the server is, at one moment.</summary>
/// <param name="Parts">Its parts.</param>
/// <param name="Stored">What is stored; null while the store cannot be used.</param>
internal sealed record ServerReading(IReadOnlyList<ServerPart> Parts, StoredReading? Stored)
{
    /// <summary>Before anything was looked at.</summary>
    public static ServerReading None { get; } = new([], null);
}

/// <summary>A part of the server.</summary>
/// <param name="Name">What it is; of a fixed set, or <c>provider:</c> and the name of one.</param>
/// <param name="Status">One of <see cref="ServerHealth.Statuses"/>.</param>
/// <param name="Detail">What is known of it, in words.</param>
/// <param name="Cure">What helps, when something is wrong; else null.</param>
internal sealed record ServerPart(string Name, string Status, string Detail, string? Cure = null)
{
    /// <summary>Since when it was seen so, without a break.</summary>
    public DateTimeOffset? Since { get; init; }
}

/// <summary>What is stored, in numbers.</summary>
/// <param name="Store">The size of the store.</param>
/// <param name="Collections">Collections.</param>
/// <param name="Documents">Documents that are searchable.</param>
/// <param name="Chunks">Their chunks.</param>
/// <param name="Jobs">Jobs that have not come to their end.</param>
internal sealed record StoredReading(StoreReading Store, long Collections, long Documents, long Chunks, IReadOnlyList<IngestionJob> Jobs);
