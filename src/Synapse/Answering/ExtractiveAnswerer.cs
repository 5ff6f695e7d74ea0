using System.Runtime.CompilerServices;
using System.Text;
using Synapse.Answering.Sentences;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Storage;

namespace Synapse.Answering;

/// <summary>Answers without a chat model: the few best sentences of the best passages, word for word, each with a citation that was checked against the stored text.</summary>
public sealed class ExtractiveAnswerer : IAnswerer
{
    /// <summary>What an answer says when the documents do not answer.</summary>
    public const string NotFoundText = "Not found in your documents.";

    private readonly Searcher _searcher;
    private readonly ILibraryStore _library;
    private readonly AnswerSettings _settings;
    private readonly QuoteSelector _selector;

    /// <summary>Creates an answerer.</summary>
    /// <param name="searcher">Finds the passages.</param>
    /// <param name="library">Holds the texts that quotes are checked against.</param>
    /// <param name="embedders">The built-in one compares sentences with the question, whichever model the collections have.</param>
    public ExtractiveAnswerer(Searcher searcher, ILibraryStore library, IEmbedders embedders)
        : this(searcher, library, embedders, new AnswerSettings())
    {
    }

    internal ExtractiveAnswerer(Searcher searcher, ILibraryStore library, IEmbedders embedders, AnswerSettings settings)
    {
        _searcher = searcher;
        _library = library;
        _settings = settings;
        _selector = new QuoteSelector(embedders.BuiltIn, settings);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<AnswerEvent> AnswerAsync(
        AccessScope scope, Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        var result = await _searcher.SearchAsync(scope, question.ToSearch(), cancellationToken);
        yield return new PassagesFound(result.Hits) { Degraded = result.Degraded };

        var sentences = new List<AnswerSentence>();
        var citations = new List<Citation>();
        if (Evidence.Of(result) >= _settings.EvidenceThreshold)
        {
            var verifier = new CitationVerifier(_library, scope);
            var best = 0.0;
            foreach (var unit in await _selector.ChooseAsync(question.Text, result, cancellationToken))
            {
                best = Math.Max(best, unit.Score);
                if (sentences.Count == _settings.MaxSentences || unit.Score < best * _settings.RelativeFloor)
                {
                    break;
                }

                var stored = unit.Hit.Chunk;
                var place = new QuotedPlace(stored.CollectionId, stored.SourceId, stored.DocumentId, stored.Path, stored.Chunk.StartOffset + unit.Unit.Start, unit.Text,
                    stored.Chunk.StartLine + TextSpans.LineBreaks(unit.Hit.Text, 0, unit.Unit.Start));
                if (await verifier.CiteAsync(place, citations.Count + 1, cancellationToken) is { } citation)
                {
                    var sentence = new AnswerSentence(TextOf(unit), [citation.Number]) { Form = unit.Unit.Kind == TextUnitKind.Code ? SentenceForm.Code : SentenceForm.Prose };
                    citations.Add(citation);
                    sentences.Add(sentence);
                    yield return new CitationAdded(citation);
                    yield return new SentenceAdded(sentence);
                }
            }
        }

        yield return new AnswerCompleted(Complete(sentences, citations) with { PassagesUsed = sentences.Count == 0 ? 0 : Math.Min(_settings.Passages, result.Hits.Count) });
    }

    private static string TextOf(QuotableUnit unit) => unit.Unit.Kind == TextUnitKind.Code ? unit.Text : TextSpans.InOneLine(unit.Text);

    private static Answer Complete(List<AnswerSentence> sentences, List<Citation> citations)
    {
        if (sentences.Count == 0)
        {
            return new Answer(NotFoundText, Found: false, [], []);
        }

        var text = new StringBuilder();
        foreach (var sentence in sentences)
        {
            if (text.Length > 0)
            {
                text.Append(sentence.Text.Contains('\n', StringComparison.Ordinal) || text[^1] == '\n' ? '\n' : ' ');
            }

            text.Append(sentence.Text).Append(" [").AppendJoin("] [", sentence.Citations).Append(']');
        }

        return new Answer(text.ToString(), Found: true, sentences, citations);
    }
}
