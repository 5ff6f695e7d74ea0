namespace Synapse.Contracts;

/// <summary>A document whose text was in a request, as it was named then.</summary>
/// <param name="Collection">Name of its collection; empty when that was gone already.</param>
/// <param name="SourceId">Its source.</param>
/// <param name="Path">Path relative to the source.</param>
public sealed record EgressDocumentResponse(string Collection, long SourceId, string Path);

/// <summary>One request to a model server or another machine.</summary>
/// <param name="Id">Key; later requests have greater ones.</param>
/// <param name="StartedAt">When it was made.</param>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Host">Host and port.</param>
/// <param name="Reach">How far away: <c>loopback</c>, <c>private</c>, <c>metadata</c> or <c>public</c>.</param>
/// <param name="Purpose"><c>chat</c>, <c>embedding</c>, <c>reranking</c>, <c>discovery</c>, <c>credential</c> or <c>telemetry</c>; null when nobody said.</param>
/// <param name="Outcome"><c>open</c>, <c>completed</c>, <c>refused</c>, <c>failed</c>, <c>cancelled</c> or <c>interrupted</c>.</param>
/// <param name="Status">The HTTP status; null when no reply came.</param>
/// <param name="Rule">Name of the rule that refused it; null when none did.</param>
/// <param name="BytesSent">Bytes of headers, as HTTP/1.1 writes them, and body that were sent.</param>
/// <param name="BytesReceived">Bytes of headers, as HTTP/1.1 writes them, and body that were read.</param>
/// <param name="DurationMs">From the first to the last, in milliseconds.</param>
/// <param name="Documents">The documents whose text it carried.</param>
public sealed record EgressEntryResponse(
    long Id,
    DateTimeOffset StartedAt,
    string Provider,
    string Host,
    string Reach,
    string? Purpose,
    string Outcome,
    int? Status,
    string? Rule,
    long BytesSent,
    long BytesReceived,
    double DurationMs,
    IReadOnlyList<EgressDocumentResponse> Documents);

/// <summary>What went to one host.</summary>
/// <param name="Host">Host and port.</param>
/// <param name="Reach">How far away: <c>loopback</c>, <c>private</c>, <c>metadata</c> or <c>public</c>.</param>
/// <param name="Requests">Requests that were sent.</param>
/// <param name="Refused">Requests that a rule refused.</param>
/// <param name="BytesSent">Bytes sent.</param>
/// <param name="BytesReceived">Bytes received.</param>
/// <param name="LastAt">When the last request was made.</param>
public sealed record EgressTotalResponse(
    string Host, string Reach, long Requests, long Refused, long BytesSent, long BytesReceived, DateTimeOffset LastAt);

/// <summary>One page of the ledger of what left, newest first.</summary>
/// <param name="Offline">Whether the process is in offline mode.</param>
/// <param name="Totals">By host, over all entries that the filters choose, most bytes sent first.</param>
/// <param name="Entries">The entries of this page.</param>
/// <param name="Next">What to give as <c>before</c> for the next page; null on the last.</param>
public sealed record EgressPageResponse(
    bool Offline, IReadOnlyList<EgressTotalResponse> Totals, IReadOnlyList<EgressEntryResponse> Entries, long? Next);
