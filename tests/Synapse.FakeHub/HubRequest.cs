namespace Synapse.Hubs;

/// <summary>A request that came in.</summary>
/// <param name="IsStorage">Whether it came to the host of large files.</param>
/// <param name="Target">Path and query.</param>
/// <param name="Headers">Its headers, by name.</param>
public sealed record HubRequest(bool IsStorage, string Target, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>Bytes of the body that were sent in reply.</summary>
    public long BytesSent { get; set; }

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
