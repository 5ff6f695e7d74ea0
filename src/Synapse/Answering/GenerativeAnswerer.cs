using System.Runtime.CompilerServices;
using Synapse.Answering.Generation;
using Synapse.Answering.Verification;
using Synapse.Chat;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Answering;

/// <summary>
/// Answers with a chat model from numbered passages. Every sentence is looked up in the stored text before it gets a citation; one that the passages do not
/// bear out is shown as unsupported.
/// </summary>
public sealed class GenerativeAnswerer : IAnswerer
{
    /// <summary>Longest answer, in UTF-16 units; a model that writes on is stopped.</summary>
    internal const int MaxAnswerLength = 48_000;

    private readonly Searcher _searcher;
    private readonly ILibraryStore _library;
    private readonly IEmbedder _embedder;
    private readonly TextAnalyzer _analyzer;
    private readonly IChatModels _models;
    private readonly PromptTemplates _prompts;
    private readonly TimeProvider _time;
    private readonly AnswerSettings _settings = new();
    private readonly SupportSettings _support = new();

    /// <summary>Creates an answerer.</summary>
    /// <param name="searcher">Finds the passages.</param>
    /// <param name="library">Holds the texts that sentences are checked against.</param>
    /// <param name="embedder">Compares sentences with passages. One in this process: sentences of documents must not leave for a comparison.</param>
    /// <param name="analyzer">Splits texts into words.</param>
    /// <param name="models">Write the answers.</param>
    /// <param name="prompts">What the models are told.</param>
    /// <param name="time">Measures time limits.</param>
    public GenerativeAnswerer(
        Searcher searcher, ILibraryStore library, IEmbedder embedder, TextAnalyzer analyzer, IChatModels models, PromptTemplates prompts, TimeProvider time)
        => (_searcher, _library, _embedder, _analyzer, _models, _prompts, _time) = (searcher, library, embedder, analyzer, models, prompts, time);

    /// <inheritdoc/>
    public async IAsyncEnumerable<AnswerEvent> AnswerAsync(
        AccessScope scope, Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(question);
        var localOnly = await RequireProviderAsync(scope, question, cancellationToken);
        string? rewritten = null;
        if (question.History.Count > 0)
        {
            var alone = await new QuestionRewriter(_models, _prompts, _time).RewriteAsync(question, localOnly, cancellationToken);
            if (alone != question.Text)
            {
                rewritten = alone;
                yield return new QuestionRewritten(alone);
            }
        }

        var result = await _searcher.SearchAsync(scope, question.ToSearch(rewritten), cancellationToken);
        yield return new PassagesFound(result.Hits) { Degraded = result.Degraded };
        if (Evidence.Of(result) < _settings.EvidenceThreshold)
        {
            yield return new AnswerCompleted(new Answer(ExtractiveAnswerer.NotFoundText, Found: false, [], []) { SearchedFor = rewritten });
            yield break;
        }

        var prompt = new AnswerPrompt(_prompts, question, result.Hits);
        var draft = new AnswerDraft(prompt, rewritten, passages => new SentenceVerifier(
            passages, new SupportFinder(passages, _analyzer, _embedder, _support), new CitationVerifier(_library, scope), question.Text));
        await foreach (var next in WriteAsync(prompt, draft, localOnly, cancellationToken))
        {
            yield return next;
        }
    }

    /// <summary>Whether only local providers may see the question and what was said before; refused before anything is sent when there is none.</summary>
    private async ValueTask<bool> RequireProviderAsync(AccessScope scope, Question question, CancellationToken cancellationToken)
    {
        var reason = await FindLocalOnlyAsync(scope, question, cancellationToken);
        return reason is not null && !_models.IsConfigured(ModelRole.Chat, localOnly: true)
            ? throw new LocalOnlyException($"{reason}, and no chat model on this machine or its private network is configured.")
            : reason is not null;
    }

    /// <summary>Why the question must stay on this machine; null when it need not.</summary>
    private async ValueTask<string?> FindLocalOnlyAsync(AccessScope scope, Question question, CancellationToken cancellationToken)
    {
        if (await _library.ListLocalOnlyAsync(scope, question.CollectionIds, cancellationToken) is [var asked, ..])
        {
            return $"the question is asked of '{asked.Name}', which is local only";
        }

        // An answer holds the words of its documents: they must not leave with the next question, which may be asked of others.
        foreach (var exchange in question.History)
        {
            if (exchange.IsLocalOnly)
            {
                return "the conversation holds an answer from a collection that is not there any more, which counts as local only";
            }

            if (await _library.ListLocalOnlyAsync(scope, exchange.CollectionIds, cancellationToken) is [var told, ..])
            {
                return exchange.CollectionIds is null
                    ? $"the conversation holds an answer that may come from '{told.Name}', which is local only"
                    : $"the conversation holds an answer from '{told.Name}', which is local only";
            }
        }

        return null;
    }

    private async IAsyncEnumerable<AnswerEvent> WriteAsync(
        AnswerPrompt prompt, AnswerDraft draft, bool localOnly, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ChatRequest(ModelRole.Chat, localOnly, prompt.For);
        await using var events = ChatPump.StreamAsync(_models, request, prompt.Documents, _time, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await MoveNextAsync(events, draft))
        {
            foreach (var told in draft.Tell(events.Current))
            {
                yield return told;
            }

            await foreach (var added in draft.TakeAsync(events.Current, cancellationToken))
            {
                yield return added;
            }

            if (draft.IsFull)
            {
                break;
            }
        }

        await foreach (var added in draft.EndAsync(cancellationToken))
        {
            yield return added;
        }

        yield return new AnswerCompleted(draft.ToAnswer());
    }

    // A provider that fails before it wrote anything is a failed question; one that fails later leaves what it wrote.
    private static async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<ChatEvent> events, AnswerDraft draft)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (ProviderException error) when (draft.HasText)
        {
            draft.Fail(error);
            return false;
        }
    }
}
