using Synapse.Answering;
using Synapse.Retrieval;
using Synapse.Web.Text;

namespace Synapse.Web.Asking;

/// <summary>What is known so far of one question: hits, then text and sentences as they come, then the whole answer.</summary>
/// <param name="query">The question or query.</param>
/// <param name="searchOnly">Whether hits are all that is wanted.</param>
public sealed class AskState(string query, bool searchOnly)
{
    private readonly List<AnswerSentence> _sentences = [];
    private readonly List<Citation> _citations = [];
    private bool _mayHaveMore;

    /// <summary>The question or query.</summary>
    public string Query { get; } = query;

    /// <summary>Finds the words of the question in texts.</summary>
    public TermHighlighter Highlighter { get; } = new(query);

    /// <summary>The hits; null until they are there.</summary>
    public IReadOnlyList<Hit>? Hits { get; private set; }

    /// <summary>Collections that were searched by words alone, and why.</summary>
    public IReadOnlyList<Degradation> Degraded { get; private set; } = [];

    /// <summary>How long the hits took.</summary>
    public TimeSpan HitsElapsed { get; private set; }

    /// <summary>Whether a search with a higher limit may bring more hits; not asked for while an answer is written, which another search would stop.</summary>
    public bool MayHaveMore => _mayHaveMore && (IsComplete || IsStopped);

    /// <summary>What is searched for in place of a follow-up question; null when the question itself is.</summary>
    public string? SearchedFor { get; private set; }

    /// <summary>Who writes the answer; null when it is made of quotes, or nobody was asked yet.</summary>
    public AnswerModel? Model { get; private set; }

    /// <summary>Who is waited for, and how long; null when nobody is.</summary>
    public ProviderAwaited? Waiting { get; private set; }

    /// <summary>The sentences so far.</summary>
    public IReadOnlyList<AnswerSentence> Sentences => _sentences;

    /// <summary>What has come after the last sentence and was not checked yet.</summary>
    public string Pending { get; private set; } = "";

    /// <summary>The citations so far.</summary>
    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>The whole answer; null until it is there.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>How long the answer took.</summary>
    public TimeSpan AnswerElapsed { get; private set; }

    /// <summary>Whether the reader stopped the answer.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsComplete => Hits is not null && (searchOnly || Answer is not null);

    /// <summary>The citation of a number; null when there is none.</summary>
    public Citation? Find(int number) => _citations.Find(citation => citation.Number == number);

    /// <summary>Takes the hits of a search.</summary>
    /// <param name="hits">Best first.</param>
    /// <param name="degraded">Collections that were searched by words alone.</param>
    /// <param name="limit">The most that were asked for.</param>
    /// <param name="elapsed">How long the search took.</param>
    public void SetHits(IReadOnlyList<Hit> hits, IReadOnlyList<Degradation> degraded, int limit, TimeSpan elapsed)
    {
        ArgumentNullException.ThrowIfNull(hits);
        Hits = hits;
        Degraded = degraded;
        _mayHaveMore = hits.Count == limit && limit < Searcher.MaxLimit;
        HitsElapsed = elapsed;
    }

    /// <summary>Notes that the reader stopped the answer; what has come stays.</summary>
    public void Stop()
    {
        IsStopped = Answer is null;
        Waiting = null;
    }

    /// <summary>Takes the next event of an answer.</summary>
    /// <param name="next">The event.</param>
    /// <param name="limit">The most hits that were asked for.</param>
    /// <param name="elapsed">Time since the question.</param>
    public void Apply(AnswerEvent next, int limit, TimeSpan elapsed)
    {
        Waiting = next as ProviderAwaited;
        switch (next)
        {
            case QuestionRewritten rewritten:
                SearchedFor = rewritten.Question;
                break;
            case PassagesFound found:
                SetHits(found.Hits, found.Degraded, limit, elapsed);
                break;
            case ModelAsked asked:
                Model = asked.Model;
                break;
            case TextAdded added:
                Pending += added.Text;
                break;
            case CitationAdded added:
                _citations.Add(added.Citation);
                break;
            case SentenceAdded added:
                _sentences.Add(added.Sentence);
                Pending = added.Rest;
                break;
            case AnswerCompleted completed:
                Complete(completed.Answer, elapsed);
                break;
        }
    }

    // The end is the truth: it replaces what was shown while it came.
    private void Complete(Answer answer, TimeSpan elapsed)
    {
        Answer = answer;
        AnswerElapsed = elapsed;
        Model = answer.Model;
        Pending = "";
        _sentences.Clear();
        _sentences.AddRange(answer.Sentences);
        _citations.Clear();
        _citations.AddRange(answer.Citations);
    }
}
