using System.Text.RegularExpressions;

namespace Synapse.Fakes.Answers;

/// <summary>A passage that a prompt offers under a number.</summary>
/// <param name="Number">The number to cite.</param>
/// <param name="Text">What stands under it.</param>
internal sealed partial record NumberedPassage(int Number, string Text)
{
    /// <summary>Finds passages that begin with <c>[1]</c>, <c>Passage 1:</c>, a line such as <c>&lt;&lt;&lt;mark PASSAGE 1&gt;&gt;&gt;</c> or an element such as <c>&lt;passage number="1"&gt;</c> at the start of a line.</summary>
    public static IReadOnlyList<NumberedPassage> FindIn(string prompt)
    {
        var marks = Mark().Matches(prompt);
        var passages = new List<NumberedPassage>();
        for (var i = 0; i < marks.Count; i++)
        {
            var start = marks[i].Index + marks[i].Length;
            var end = i + 1 < marks.Count ? marks[i + 1].Index : prompt.Length;
            var text = prompt[start..end];
            var close = End().Match(text);
            passages.Add(new(int.Parse(marks[i].Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture), close.Success ? text[..close.Index] : text));
        }

        return passages;
    }

    /// <summary>The prompt without its passages: what is asked.</summary>
    public static string Without(string prompt, IReadOnlyList<NumberedPassage> passages)
        => passages.Aggregate(prompt, (rest, passage) => passage.Text.Length == 0 ? rest : rest.Replace(passage.Text, "\n", StringComparison.Ordinal));

    [GeneratedRegex("""^[ \t]*(?:\[(?<number>\d{1,3})\]|(?:#+[ \t]*)?(?:passage|source|document)[ \t]+(?<number>\d{1,3})[ \t]*[:.)\n]|<<<\S+[ \t]+PASSAGE[ \t]+(?<number>\d{1,3})>>>[ \t]*\n(?:From [^\n]*\n)?|<(?:passage|source|document|p)\b[^>\n]*?\b(?:number|index|id|n)="?(?<number>\d{1,3})"?[^>\n]*>)""", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Mark();

    [GeneratedRegex(@"^[ \t]*(?:</\w+>|<<<\S+[ \t]+END>>>|(?:#+[ \t]*)?(?:question|query|frage)[ \t]*[:\n])|</(?:passage|source|document|p)>", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex End();
}
