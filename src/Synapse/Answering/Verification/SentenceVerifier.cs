using Synapse.Answering.Generation;
using Synapse.Answering.Sentences;

namespace Synapse.Answering.Verification;

/// <summary>Checks the sentences of one answer, one after the other, and numbers the citations that it gives them.</summary>
/// <param name="passages">The passages that the model was given.</param>
/// <param name="finder">Finds what supports a sentence.</param>
/// <param name="verifier">Looks quotes up in the stored text.</param>
/// <param name="question">The question, whose names may be repeated.</param>
internal sealed class SentenceVerifier(IReadOnlyList<Passage> passages, SupportFinder finder, CitationVerifier verifier, string question)
{
    private const int MostCitations = 4;
    private const string GoneReason = "The passage that says this has changed or is gone since it was found.";
    private readonly List<Citation> _citations = [];

    /// <summary>The citations so far, by number.</summary>
    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>Checks a sentence. Citations that it is the first to use are added to <see cref="Citations"/>.</summary>
    public async ValueTask<AnswerSentence> CheckAsync(CutSentence cut, CancellationToken cancellationToken)
    {
        var sentence = new AnswerSentence(cut.Text, []) { Lead = cut.Lead, Form = cut.Form };
        if (!cut.IsWhole)
        {
            return sentence with { Support = SentenceSupport.Incomplete, Reason = "It was cut off before its end, and so was not checked." };
        }

        if (cut.Form == SentenceForm.Code)
        {
            return await CheckCodeAsync(sentence, cancellationToken);
        }

        var claim = Claim.Of(cut.Text);
        if (IsFraming(cut, claim))
        {
            return sentence with { Support = SentenceSupport.Framing };
        }

        var support = await finder.FindAsync(claim, cut.Marks, cancellationToken);
        if (support.Spans.Count == 0)
        {
            return sentence with { Support = SentenceSupport.Unsupported, Reason = support.Reason };
        }

        var numbers = new List<int>();
        foreach (var span in support.Spans.Take(MostCitations))
        {
            if (await CiteAsync(span.Passage.Passage.PlaceOf(span.Start, span.End), cancellationToken) is { } number)
            {
                numbers.Add(number);
            }
        }

        return numbers.Count == 0
            ? sentence with { Support = SentenceSupport.Unsupported, Reason = GoneReason }
            : sentence with { Citations = [.. numbers.Distinct()], Support = support.IsNamed ? SentenceSupport.Verified : SentenceSupport.Corrected };
    }

    private async ValueTask<AnswerSentence> CheckCodeAsync(AnswerSentence sentence, CancellationToken cancellationToken)
    {
        var place = CodeSupport.Find(sentence.Text, passages) is { } found ? found.Passage.PlaceOf(found.Start, found.End) : null;
        return place is not null && await CiteAsync(place, cancellationToken) is { } number
            ? sentence with { Citations = [number] }
            : sentence with { Support = SentenceSupport.Unsupported, Reason = "These lines stand in no passage of this question." };
    }

    private async ValueTask<int?> CiteAsync(QuotedPlace place, CancellationToken cancellationToken)
    {
        var known = _citations.Find(citation => citation.DocumentId == place.DocumentId && citation.StartOffset == place.StartOffset && citation.Quote == place.Quote);
        if (known is not null)
        {
            return known.Number;
        }

        if (await verifier.CiteAsync(place, _citations.Count + 1, cancellationToken) is not { } citation)
        {
            return null;
        }

        _citations.Add(citation);
        return citation.Number;
    }

    // What leads over to a list or says that something is missing cannot be looked up; a number or name that no passage has would still be a claim.
    private bool IsFraming(CutSentence cut, Claim claim)
        => cut.Marks.Count == 0
            && (cut.Form == SentenceForm.Heading || cut.Text.EndsWith(':') || Absence.IsStatedBy(cut.Text))
            && finder.FindUnknownFacts(claim).All(fact => question.Contains(fact, StringComparison.OrdinalIgnoreCase));
}
