using Synapse.Answering;
using Synapse.Retrieval;
using Synapse.Web.Text;

namespace Synapse.Web.Asking;

/// <summary>What is known so far of one question: hits, then sentences as they come, then the whole answer.</summary>
/// <param name="query">The question or query.</param>
/// <param name="searchOnly">Whether hits are all that is wanted.</param>
public sealed class AskState(string query, bool searchOnly)
{
    private readonly List<AnswerSentence> _sentences = [];
    private readonly List<Citation> _citations = [];

    /// <summary>Finds the words of the question in texts.</summary>
    public TermHighlighter Highlighter { get; } = new(query);

    /// <summary>The hits; null until they are there.</summary>
    public IReadOnlyList<Hit>? Hits { get; private set; }

    /// <summary>Collections that were searched by words alone, and why.</summary>
    public IReadOnlyList<DegradedSpace> Degraded { get; private set; } = [];

    /// <summary>How long the hits took.</summary>
    public TimeSpan HitsElapsed { get; private set; }

    /// <summary>Whether a search with a higher limit may bring more hits.</summary>
    public bool MayHaveMore { get; private set; }

    /// <summary>The sentences so far.</summary>
    public IReadOnlyList<AnswerSentence> Sentences => _sentences;

    /// <summary>The citations so far.</summary>
    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>The whole answer; null until it is there.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>How long the answer took.</summary>
    public TimeSpan AnswerElapsed { get; private set; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsComplete => Hits is not null && (searchOnly || Answer is not null);

    /// <summary>Takes the hits of a search.</summary>
    /// <param name="hits">Best first.</param>
    /// <param name="degraded">Collections that were searched by words alone.</param>
    /// <param name="limit">The most that were asked for.</param>
    /// <param name="elapsed">How long the search took.</param>
    public void SetHits(IReadOnlyList<Hit> hits, IReadOnlyList<DegradedSpace> degraded, int limit, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(hits);
        Hits = hits;
        Degraded = degraded;
        MayHaveMore = hits.Count == limit && limit < Searcher.MaxLimit;
        HitsElapsed = elapsed;
    }

    /// <summary>Takes the next event of an answer.</summary>
    /// <param name="next">The event.</param>
    /// <param name="limit">The most hits that were asked for.</param>
    /// <param name="elapsed">Time since the question.</param>
    public void Apply(AnswerEvent next, int limit, TimeSpan elapsed)
    {
        switch (next)
        {
            case PassagesFound found:
                SetHits(found.Hits, found.Degraded, limit, elapsed);
                break;
            case CitationAdded added:
                _citations.Add(added.Citation);
                break;
            case SentenceAdded added:
                _sentences.Add(added.Sentence);
                break;
            case AnswerCompleted completed:
                Answer = completed.Answer;
                AnswerElapsed = elapsed;
                // The end is the truth: it replaces what was shown while it came.
                _sentences.Clear();
                _sentences.AddRange(completed.Answer.Sentences);
                _citations.Clear();
                _citations.AddRange(completed.Answer.Citations);
                break;
        }
    }
}
