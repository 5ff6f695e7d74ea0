using System.Runtime.CompilerServices;
using System.Text;
using Synapse.Answering.Sentences;
using Synapse.Answering.Verification;
using Synapse.Chat;
using Synapse.Errors;

namespace Synapse.Answering.Generation;

/// <summary>An answer while it is written: takes what the model writes, and gives sentences that were checked.</summary>
/// <param name="prompt">What the model was given.</param>
/// <param name="searchedFor">What was searched for in place of the question; null when the question itself was.</param>
/// <param name="verifierOf">Makes the check of sentences against passages.</param>
internal sealed class AnswerDraft(AnswerPrompt prompt, string? searchedFor, Func<IReadOnlyList<Passage>, SentenceVerifier> verifierOf)
{
    private const string NothingWritten = "The model wrote nothing. Ask again.";
    private const string NothingSupported = "What the model wrote is not supported by your documents.";
    private const string FilteredText = "The provider's content filter stopped this answer. Ask in other words, or ask for quotes only.";

    private readonly AnswerCutter _cutter = new();
    private readonly List<AnswerSentence> _sentences = [];
    private SentenceVerifier? _verifier;
    private AnswerModel? _model;
    private AnswerFinish _finish;
    private AnswerFault? _fault;
    private TokenUsage? _usage;
    private int _length;

    /// <summary>Whether the model has begun to write.</summary>
    public bool HasText => _length > 0;

    /// <summary>Whether the model wrote more than an answer may have.</summary>
    public bool IsFull => _length > GenerativeAnswerer.MaxAnswerLength;

    /// <summary>What is told of an event of the model before any text of it.</summary>
    public IEnumerable<AnswerEvent> Tell(ChatEvent next)
    {
        switch (next)
        {
            case ChatStarted started:
                _model = new AnswerModel(started.Model.Provider, started.Model.Model, started.Model.IsLocal);
                _verifier = null;
                yield return new ModelAsked(_model, prompt.Selection.HitCount, prompt.Selection.LeftOut);
                break;
            case ChatWaiting waiting:
                yield return new ProviderAwaited(waiting.Provider, waiting.Reason, waiting.RetryAfter);
                break;
            case ChatText text:
                yield return new TextAdded(text.Text);
                break;
        }
    }

    /// <summary>Takes an event of the model, and checks the sentences that it completes.</summary>
    public IAsyncEnumerable<AnswerEvent> TakeAsync(ChatEvent next, CancellationToken cancellationToken)
    {
        switch (next)
        {
            case ChatText text:
                _length += text.Text.Length;
                return CheckAsync(_cutter.Add(text.Text), cancellationToken);
            case ChatFinished finished:
                _usage = finished.Usage;
                _finish = finished.Finish switch
                {
                    ChatFinish.Truncated => AnswerFinish.Truncated,
                    ChatFinish.Filtered => AnswerFinish.Filtered,
                    _ => AnswerFinish.Complete,
                };
                break;
        }

        return CheckAsync([], cancellationToken);
    }

    /// <summary>Notes that the provider failed in the middle.</summary>
    public void Fail(ProviderException error)
    {
        (_finish, _fault) = error.Failure == ProviderFailure.Filtered
            ? (AnswerFinish.Filtered, null)
            : (AnswerFinish.Interrupted, new AnswerFault(error.Code, error.Message));
    }

    /// <summary>Takes what is left at the end of the stream.</summary>
    public IAsyncEnumerable<AnswerEvent> EndAsync(CancellationToken cancellationToken)
    {
        if (IsFull)
        {
            _finish = AnswerFinish.Truncated;
        }

        return CheckAsync(_finish == AnswerFinish.Filtered ? [] : _cutter.End(isWhole: _finish == AnswerFinish.Complete), cancellationToken);
    }

    /// <summary>The answer as it stands.</summary>
    public Answer ToAnswer()
    {
        var found = _sentences.Exists(sentence => sentence.Citations.Count > 0);
        var answer = _finish == AnswerFinish.Filtered ? new Answer(FilteredText, Found: false, [], [])
            : found ? new Answer(TextOf(_sentences), Found: true, _sentences, _verifier!.Citations)
            : SaysNotFound() ? new Answer(ExtractiveAnswerer.NotFoundText, Found: false, [], [])
            : _sentences.Count == 0 ? new Answer(NothingWritten, Found: false, [], [])
            : new Answer(NothingSupported, Found: false, _sentences, []);
        return answer with
        {
            Model = _model,
            Finish = _finish,
            Fault = _fault,
            Usage = _usage,
            PassagesUsed = prompt.Selection.HitCount,
            PassagesLeftOut = prompt.Selection.LeftOut,
            SearchedFor = searchedFor,
        };
    }

    private bool SaysNotFound()
        => _sentences.Count > 0 && _finish == AnswerFinish.Complete
            && (Absence.IsWholeAnswer(_sentences[0].Text) || _sentences.TrueForAll(sentence => sentence.Support == SentenceSupport.Framing && Absence.IsStatedBy(sentence.Text)));

    private async IAsyncEnumerable<AnswerEvent> CheckAsync(IReadOnlyList<CutSentence> cut, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var i = 0; i < cut.Count; i++)
        {
            _verifier ??= verifierOf(prompt.Selection.Passages);
            var known = _verifier.Citations.Count;
            var sentence = await _verifier.CheckAsync(cut[i], cancellationToken);
            _sentences.Add(sentence);
            foreach (var citation in _verifier.Citations.Skip(known))
            {
                yield return new CitationAdded(citation);
            }

            var after = string.Concat(cut.Skip(i + 1).Select(later => later.Lead + later.Text));
            yield return new SentenceAdded(sentence) { Rest = after + (after.Length > 0 ? " " : "") + _cutter.Rest };
        }
    }

    private static string TextOf(List<AnswerSentence> sentences)
    {
        var text = new StringBuilder();
        foreach (var sentence in sentences)
        {
            text.Append(sentence.Lead);
            text.Append(sentence.Form == SentenceForm.Code ? $"```\n{sentence.Text}\n```" : sentence.Form == SentenceForm.Heading ? $"## {sentence.Text}" : sentence.Text);
            foreach (var number in sentence.Citations)
            {
                text.Append(sentence.Form == SentenceForm.Code ? "\n" : " ").Append('[').Append(number).Append(']');
            }

            if (sentence.Support is SentenceSupport.Unsupported or SentenceSupport.Incomplete)
            {
                text.Append(sentence.Support == SentenceSupport.Unsupported ? " [unsupported]" : " [cut off]");
            }
        }

        return text.ToString();
    }
}
