using Synapse.Answering.Sentences;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Answering;

/// <summary>Checks quotes against the stored text, reading each document once.</summary>
internal sealed class CitationVerifier(ILibraryStore library, AccessScope scope)
{
    private readonly Dictionary<long, string?> _texts = [];

    /// <summary>Makes the citation of a unit, if the stored text holds its words at its place.</summary>
    /// <returns>Null when the document is gone or says something else there now.</returns>
    public async ValueTask<Citation?> CiteAsync(QuotableUnit quoted, int number, CancellationToken cancellationToken)
    {
        var stored = quoted.Hit.Chunk;
        if (!_texts.TryGetValue(stored.DocumentId, out var text))
        {
            text = await library.ReadTextAsync(scope, stored.DocumentId, cancellationToken);
            _texts.Add(stored.DocumentId, text);
        }

        var start = stored.Chunk.StartOffset + quoted.Unit.Start;
        var end = stored.Chunk.StartOffset + quoted.Unit.End;
        var quote = quoted.Text;
        if (text is null || end > text.Length || !text.AsSpan(start, end - start).SequenceEqual(quote))
        {
            return null;
        }

        var startLine = stored.Chunk.StartLine + TextSpans.LineBreaks(quoted.Hit.Text, 0, quoted.Unit.Start);
        var endLine = startLine + TextSpans.LineBreaks(quote, 0, quote.Length);
        return new Citation(number, stored.CollectionId, stored.SourceId, stored.DocumentId, stored.Path, start, end, startLine, endLine, quote, Verified: true);
    }
}
