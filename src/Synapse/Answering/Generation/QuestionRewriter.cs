using System.Text;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Retrieval;
using Synapse.Retrieval.Intent;

namespace Synapse.Answering.Generation;

/// <summary>Makes a follow-up question one that can be searched for by itself.</summary>
/// <param name="models">The chat models; the one for small work is asked.</param>
/// <param name="templates">The prompts.</param>
/// <param name="time">Measures the time limit.</param>
internal sealed class QuestionRewriter(IChatModels models, PromptTemplates templates, TimeProvider time)
{
    /// <summary>How long a model may take; what was asked is searched for as it is then.</summary>
    public static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(8);

    private const int MaxOutputTokens = 160;
    private const int MaxLength = 500;
    private const int MarginTokens = 32;
    private const int BorrowedWords = 8;

    /// <summary>Rewrites the question.</summary>
    /// <returns>What to search for; when the model fails, the question with the telling words of the one before.</returns>
    public async Task<string> RewriteAsync(Question question, bool localOnly, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await AskAsync(question, localOnly, either.Token) ?? Fallback(question);
        }
        catch (Exception error) when (error is ProviderException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return Fallback(question);
        }
    }

    /// <summary>The question with the telling words of the last one that it lacks.</summary>
    internal static string Fallback(Question question)
    {
        var known = NameWords.Of(question.Text).ToHashSet();
        var borrowed = NameWords.Of(question.History[^1].Question).Where(word => !Retrieval.Analysis.StopWords.Contains(word) && known.Add(word)).Take(BorrowedWords);
        var text = $"{question.Text} {string.Join(' ', borrowed)}".Trim();
        return text.Length <= Searcher.MaxQueryLength ? text : question.Text;
    }

    private async Task<string?> AskAsync(Question question, bool localOnly, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        var request = new ChatRequest(ModelRole.Fast, localOnly, model => Prompt(question, model));
        await foreach (var next in ChatPump.StreamAsync(models, request, [], time, cancellationToken))
        {
            if (next is ChatText piece && text.Length <= MaxLength)
            {
                text.Append(piece.Text);
            }
            else if (next is ChatFinished { Finish: not ChatFinish.Complete })
            {
                return null;
            }
        }

        var line = text.ToString().Trim().Trim('"', '“', '”', '`').Trim();
        var isQuestion = line.Length is > 0 and <= MaxLength && !line.Contains('\n', StringComparison.Ordinal) && line.Any(char.IsLetterOrDigit);
        return isQuestion ? line : null;
    }

    private ChatPrompt Prompt(Question question, ChatModelDescription model)
    {
        var boundary = AnswerPrompt.DrawBoundary();
        var output = Math.Min(model.MaxOutputTokens, MaxOutputTokens);
        var frame = model.Tokens.Count(Fill("")) + output + MarginTokens;
        var history = ConversationText.Of(question.History, boundary, model.ContextTokens - frame, model.Tokens);
        return new ChatPrompt([new ChatMessage(ChatRole.User, Fill(history))], output);

        string Fill(string conversation) => templates.Rewrite.Fill(place => place switch
        {
            "history" => conversation,
            "question" => SpecialTokens.Defuse(question.Text),
            _ => boundary,
        });
    }
}
