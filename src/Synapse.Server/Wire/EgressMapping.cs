using Synapse.Contracts;
using Synapse.Privacy;

namespace Synapse.Server.Wire;

/// <summary>Writes the egress ledger in the words of the contract.</summary>
internal static class EgressMapping
{
    public static EgressTotalResponse ToResponse(this EgressTotal total)
        => new(total.Host, Word(total.Reach), total.Requests, total.Refused, total.BytesSent, total.BytesReceived, total.LastAt);

    public static EgressEntryResponse ToResponse(this EgressEntry entry)
        => new(
            entry.Id,
            entry.Attempt.StartedAt,
            entry.Attempt.Provider,
            entry.Attempt.Host,
            Word(entry.Attempt.Reach),
            entry.Attempt.Purpose is { } purpose ? Word(purpose) : null,
            Word(entry.Result.Outcome),
            entry.Result.Status,
            entry.Result.Rule,
            entry.Result.BytesSent,
            entry.Result.BytesReceived,
            entry.Result.Duration.TotalMilliseconds,
            [.. entry.Documents.Select(document => new EgressDocumentResponse(document.Collection, document.SourceId, document.Path))]);

    /// <summary>Reads a purpose of the contract.</summary>
    /// <exception cref="BadHttpRequestException">It is none.</exception>
    public static EgressPurpose ReadPurpose(string word)
        => Enum.GetValues<EgressPurpose>().Cast<EgressPurpose?>().FirstOrDefault(purpose => Word(purpose!.Value) == word)
            ?? throw new BadHttpRequestException($"'purpose' is one of {string.Join(", ", Enum.GetValues<EgressPurpose>().Select(Word))}.");

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
