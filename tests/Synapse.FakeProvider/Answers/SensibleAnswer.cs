using System.Text.RegularExpressions;
using Synapse.Fakes.Dialects;

namespace Synapse.Fakes.Answers;

/// <summary>What a provider that can only copy would answer: the sentences of the numbered passages that share most words with the question, each cited.</summary>
internal static partial class SensibleAnswer
{
    private const int MostSentences = 3;

    public static string To(IReadOnlyList<ChatMessage> messages)
    {
        var told = messages.Where(message => message.Role != "assistant").Select(message => message.Text).ToList();
        var passages = told.SelectMany(NumberedPassage.FindIn).ToList();
        var last = messages.LastOrDefault(message => message.Role == "user")?.Text ?? "";
        var question = QuestionIn(NumberedPassage.Without(last, passages));
        if (passages.Count == 0)
        {
            return told.Any(Rewriting().IsMatch) ? question : $"This is a fake provider, which answers only from numbered passages. You asked: {question}";
        }

        var wanted = Words.Telling(question);
        var best = passages
            .SelectMany(passage => SentenceEnd().Split(passage.Text).Select(sentence => (passage.Number, Text: Blanks().Replace(sentence, " ").Trim())))
            .Select((sentence, order) => (sentence.Number, sentence.Text, order, Shared: Words.Telling(sentence.Text).Count(wanted.Contains)))
            .Where(sentence => sentence.Shared > 0 && sentence.Text.Length is > 8 and < 600 && sentence.Text[0] != '#')
            .OrderByDescending(sentence => sentence.Shared)
            .ThenBy(sentence => sentence.order)
            .Take(MostSentences)
            .ToList();
        return best.Count == 0
            ? "The passages do not answer this question."
            : string.Join(' ', best.Select(sentence => Cited(sentence.Text, sentence.Number)));
    }

    private static string Cited(string sentence, int number)
    {
        var end = sentence[^1] is '.' or '!' or '?' ? sentence[^1] : '.';
        return $"{sentence.TrimEnd('.', '!', '?')} [{number}]{end}";
    }

    private static string QuestionIn(string text)
    {
        var named = Question().Matches(text).LastOrDefault();
        if (named is not null)
        {
            return named.Groups["text"].Value.Trim();
        }

        return text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.StartsWith('<') && !line.StartsWith('['))
            .LastOrDefault() ?? "";
    }

    [GeneratedRegex(@"^[ \t#*]*(?:last |latest |follow-up )?(?:question|query|frage)\**[ \t]*[:\n]\s*(?<text>[^\n<]+)|^<<<\S+[ \t]+QUESTION>>>[ \t]*\n(?<text>[^\n]+)|<question>\s*(?<text>[^<]+)", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Question();

    [GeneratedRegex(@"\b(?:rewrite|rephrase|standalone|stand-alone|search query|search question|searched for by itself)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Rewriting();

    [GeneratedRegex(@"(?<=[.!?])\s+|\n\s*\n|\n(?=[-*#])")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
