namespace Synapse.Privacy;

/// <summary>A request as it is about to be sent.</summary>
/// <param name="StartedAt">When.</param>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Host">Host and port.</param>
/// <param name="Reach">How far away the provider may be.</param>
/// <param name="Purpose">Why; null when nobody said.</param>
/// <param name="Documents">Whose text it carries.</param>
public sealed record EgressAttempt(
    DateTimeOffset StartedAt,
    string Provider,
    string Host,
    AddressReach Reach,
    EgressPurpose? Purpose,
    IReadOnlyCollection<EgressDocument> Documents)
{
    /// <summary>Whether it goes to another owner's machine: not to this one, and not to a private network.</summary>
    public bool Leaves => Reach is not (AddressReach.Loopback or AddressReach.Private);
}

/// <summary>What became of a request.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Status">The HTTP status; null when no reply came.</param>
/// <param name="Rule">Name of the rule that refused it; null when none did.</param>
/// <param name="BytesSent">Bytes of headers, as HTTP/1.1 writes them, and body that were handed to the connection.</param>
/// <param name="BytesReceived">Bytes of headers, as HTTP/1.1 writes them, and body that were read.</param>
/// <param name="Duration">From the first to the last.</param>
public sealed record EgressResult(EgressOutcome Outcome, int? Status, string? Rule, long BytesSent, long BytesReceived, TimeSpan Duration);

/// <summary>A document in an entry of the ledger, readable after the document itself is gone.</summary>
/// <param name="CollectionId">Its collection then.</param>
/// <param name="Collection">Name of the collection then.</param>
/// <param name="SourceId">Its source then.</param>
/// <param name="Path">Its path then, relative to its source.</param>
public sealed record EgressedDocument(long CollectionId, string Collection, long SourceId, string Path);

/// <summary>An entry of the ledger.</summary>
/// <param name="Id">Key; later entries have greater ones, and none is used twice.</param>
/// <param name="Attempt">The request. Its documents are in <paramref name="Documents"/>.</param>
/// <param name="Result">What became of it.</param>
/// <param name="Documents">Whose text it carried, by collection and path; only what the reader may see.</param>
public sealed record EgressEntry(long Id, EgressAttempt Attempt, EgressResult Result, IReadOnlyList<EgressedDocument> Documents);

/// <summary>What went to one host.</summary>
/// <param name="Host">Host and port.</param>
/// <param name="Reach">How far away it may be.</param>
/// <param name="Requests">Requests that were sent.</param>
/// <param name="Refused">Requests that a rule refused.</param>
/// <param name="BytesSent">Bytes sent.</param>
/// <param name="BytesReceived">Bytes received.</param>
/// <param name="LastAt">When the last request was.</param>
public sealed record EgressTotal(string Host, AddressReach Reach, long Requests, long Refused, long BytesSent, long BytesReceived, DateTimeOffset LastAt);
