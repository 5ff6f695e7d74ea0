using Synapse.Answering;
using Synapse.Retrieval;
using Synapse.Web.Text;

namespace Synapse.Web.Asking;

/// <summary>What is known so far of one question: hits, then sentences as they come, then the whole answer.</summary>
public sealed class AskState
{
    private readonly List<AnswerSentence> _sentences = [];
    private readonly List<Citation> _citations = [];

    /// <summary>Begins with nothing known.</summary>
    public AskState(string query)
    {
        Query = query;
        Highlighter = new TermHighlighter(query);
    }

    /// <summary>The question.</summary>
    public string Query { get; }

    /// <summary>The hits; null until they are there.</summary>
    public IReadOnlyList<Hit>? Hits { get; private set; }

    /// <summary>How long the hits took.</summary>
    public TimeSpan HitsElapsed { get; private set; }

    /// <summary>The sentences so far.</summary>
    public IReadOnlyList<AnswerSentence> Sentences => _sentences;

    /// <summary>The citations so far.</summary>
    public IReadOnlyList<Citation> Citations => _citations;

    /// <summary>The whole answer; null until it is there.</summary>
    public Answer? Answer { get; private set; }

    /// <summary>How long the answer took.</summary>
    public TimeSpan AnswerElapsed { get; private set; }

    /// <summary>Finds the words of the question in texts.</summary>
    public TermHighlighter Highlighter { get; }

    /// <summary>Takes the hits of a search.</summary>
    public void SetHits(IReadOnlyList<Hit> hits, TimeSpan elapsed)
    {
        Hits = hits;
        HitsElapsed = elapsed;
    }

    /// <summary>Takes the next event of an answer.</summary>
    /// <param name="next">The event.</param>
    /// <param name="elapsed">Time since the question.</param>
    public void Apply(AnswerEvent next, TimeSpan elapsed)
    {
        switch (next)
        {
            case PassagesFound found when Hits is null:
                SetHits(found.Hits, elapsed);
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
