using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;
using Synapse.Chat;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Retrieval;

namespace Synapse.Answering.Generation;

/// <summary>Makes the prompt of a question for the window of the model that reads it. A boundary drawn by lot for each question parts rules, passages and question; a document cannot know it.</summary>
/// <param name="templates">The prompts.</param>
/// <param name="question">The question, with its conversation.</param>
/// <param name="hits">The passages found, best first.</param>
internal sealed class AnswerPrompt(PromptTemplates templates, Question question, IReadOnlyList<Hit> hits)
{
    // Every message costs a few tokens for its role; a window that is filled to the last token leaves no room for a count that is off.
    private const int MarginTokens = 48;
    private const int MostOutputTokens = 2_048;
    private const int ShareOfOutput = 3;
    private const int ShareOfHistory = 6;

    private readonly string _boundary = DrawBoundary();
    private readonly List<EgressDocument> _documents = [];

    /// <summary>What the model that was asked last was given.</summary>
    public PassageSelection Selection { get; private set; } = new([], []);

    /// <summary>The documents whose text is in the prompt that was made last.</summary>
    public IReadOnlyCollection<EgressDocument> Documents => _documents;

    /// <summary>Makes the prompt for a model.</summary>
    /// <exception cref="ProviderException">The window has no room for the rules, the question and a single passage.</exception>
    public ChatPrompt For(ChatModelDescription model)
    {
        var output = Math.Min(Math.Min(model.MaxOutputTokens, MostOutputTokens), Math.Max(1, model.ContextTokens / ShareOfOutput));
        var rules = templates.Answer.Fill(_ => _boundary);
        var history = ConversationText.Of(question.History, _boundary, model.ContextTokens / ShareOfHistory, model.Tokens);
        var frame = model.Tokens.Count(rules) + model.Tokens.Count(Ask("", history)) + output + MarginTokens;
        Selection = PassageSelection.Choose(hits, model.ContextTokens - frame, model.Tokens, hit => Frame(99, $"{hit.Chunk.Path}\n{hit.Chunk.Chunk.Heading}", ""));
        if (Selection.Passages.Count == 0)
        {
            throw new ProviderException(model.Provider, ProviderFailure.TooLarge, string.Create(CultureInfo.InvariantCulture,
                $"The window of {model.Model} ({model.ContextTokens} tokens) has no room for the question and one passage. Give the model a larger context, or ask more briefly."));
        }

        _documents.Clear();
        _documents.AddRange(Selection.Passages.Select(passage => new EgressDocument(passage.First.CollectionId, passage.First.SourceId, passage.First.Path)).Distinct());
        var passages = string.Join('\n', Selection.Passages.Select(passage => Frame(passage.Number, NameOf(passage), passage.Text)));
        return new ChatPrompt([new ChatMessage(ChatRole.System, rules), new ChatMessage(ChatRole.User, Ask(passages, history))], output);
    }

    /// <summary>A boundary that nobody can guess.</summary>
    public static string DrawBoundary() => RandomNumberGenerator.GetHexString(16, lowercase: true);

    private string Ask(string passages, string history) => templates.Question.Fill(place => place switch
    {
        "passages" => passages,
        "history" => history,
        "question" => SpecialTokens.Defuse(question.Text),
        _ => _boundary,
    });

    private string Frame(int number, string name, string text)
        => $"<<<{_boundary} PASSAGE {number}>>>\nFrom {SpecialTokens.Defuse(InOneLine(name))}\n{SpecialTokens.Defuse(text).TrimEnd()}\n<<<{_boundary} END>>>";

    private static string NameOf(Passage passage) => passage.First.Chunk.Heading is { } heading ? $"{passage.First.Path}, {heading}" : passage.First.Path;

    private static string InOneLine(string name)
    {
        var line = new StringBuilder(name.Length);
        foreach (var unit in name)
        {
            line.Append(char.IsControl(unit) ? ' ' : unit);
        }

        return line.ToString();
    }
}
