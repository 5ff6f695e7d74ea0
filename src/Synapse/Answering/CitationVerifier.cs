using Synapse.Answering.Sentences;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Answering;

/// <summary>Where a quote was taken from, before it was looked up in the stored text.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="SourceId">The source.</param>
/// <param name="DocumentId">The document.</param>
/// <param name="Path">The document's path relative to its source.</param>
/// <param name="StartOffset">First UTF-16 unit in the document's text.</param>
/// <param name="Quote">The words.</param>
/// <param name="StartLine">First line, from 1.</param>
internal sealed record QuotedPlace(long CollectionId, long SourceId, long DocumentId, string Path, int StartOffset, string Quote, int StartLine);

/// <summary>Checks quotes against the stored text, reading each document once.</summary>
internal sealed class CitationVerifier(ILibraryStore library, AccessScope scope)
{
    private readonly Dictionary<long, string?> _texts = [];

    /// <summary>Makes the citation of a quote, if the stored text holds its words at its place.</summary>
    /// <returns>Null when the document is gone or says something else there now.</returns>
    public async ValueTask<Citation?> CiteAsync(QuotedPlace place, int number, CancellationToken cancellationToken)
    {
        if (!_texts.TryGetValue(place.DocumentId, out var text))
        {
            text = await library.ReadTextAsync(scope, place.DocumentId, cancellationToken);
            _texts.Add(place.DocumentId, text);
        }

        var end = place.StartOffset + place.Quote.Length;
        var isThere = text is not null && end <= text.Length && text.AsSpan(place.StartOffset, place.Quote.Length).SequenceEqual(place.Quote);
        SynapseTelemetry.Checked(isThere);
        if (!isThere)
        {
            return null;
        }

        var endLine = place.StartLine + TextSpans.LineBreaks(place.Quote, 0, place.Quote.Length);
        return new Citation(
            number, place.CollectionId, place.SourceId, place.DocumentId, place.Path, place.StartOffset, end, place.StartLine, endLine, place.Quote, Verified: true);
    }
}
