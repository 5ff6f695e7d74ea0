namespace Synapse.Fakes.Wire;

/// <summary>A request as it stood on the wire.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Target">Path and query, still encoded.</param>
/// <param name="Headers">In the order of the wire.</param>
/// <param name="Body">Without its framing.</param>
internal sealed record RawRequest(string Method, string Target, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body);
