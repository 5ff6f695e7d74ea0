namespace Synapse.Contracts;

/// <summary>Whether the server can work.</summary>
/// <param name="Status"><c>ok</c>, <c>starting</c>, <c>degraded</c> or <c>unavailable</c>.</param>
public sealed record HealthResponse(string Status);

/// <summary>One part of the server.</summary>
/// <param name="Name">What it is: <c>store</c>, <c>disk</c>, <c>ingestion</c>, <c>embedder</c>, <c>egress</c>, or <c>provider</c>, a colon and the name of one.</param>
/// <param name="Status"><c>ok</c>, <c>starting</c>, <c>degraded</c> or <c>unavailable</c>.</param>
/// <param name="Detail">What is known of it, in words.</param>
public sealed record HealthPartResponse(string Name, string Status, string Detail)
{
    /// <summary>Since when it was seen so, without a break: by whoever asked for this, or scraped the metrics, since the server started.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>What helps; null while all is well, or where it only takes time.</summary>
    public string? Cure { get; init; }
}

/// <summary>The server and its parts.</summary>
/// <param name="Status">The worst status of the parts.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="Parts">The parts.</param>
/// <param name="Offline">Whether the process is in offline mode: nothing but this machine and the listed private addresses can be reached.</param>
public sealed record HealthPartsResponse(string Status, string Version, IReadOnlyList<HealthPartResponse> Parts, bool Offline)
{
    /// <summary>The configured providers, in their order; empty when none is configured.</summary>
    public IReadOnlyList<ProviderResponse> Providers { get; init; } = [];
}
