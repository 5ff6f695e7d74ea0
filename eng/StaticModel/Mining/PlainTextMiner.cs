using System.Text;
using System.Text.RegularExpressions;

namespace Synapse.StaticModel.Mining;

/// <summary>Markdown, reStructuredText, AsciiDoc, LaTeX, POD, info and plain text: headings and their sections.</summary>
internal static partial class PlainTextMiner
{
    [GeneratedRegex(@"\\(?:chapter|section|subsection|subsubsection|paragraph)\*?\{([^}]*)\}")]
    private static partial Regex LatexHeading();

    [GeneratedRegex(@"\\[a-zA-Z]+\*?(\[[^\]]*\])?|[{}$~]|\\.")]
    private static partial Regex LatexCommand();

    [GeneratedRegex(@"[A-Z]<<?\s*([^<>]*?)\s*>>?>?")]
    private static partial Regex PodMarkup();

    [GeneratedRegex(@"`+|\*\*|:[a-z:]+:(?=`)|\[([^\]]*)\]\([^)]*\)|^\s*\.\. .*$", RegexOptions.Multiline)]
    private static partial Regex LightMarkup();

    public static void MineMarkdown(string text, List<MinedPair> pairs)
    {
        string title = "", heading = "";
        var body = new StringBuilder();
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].TrimEnd();
            string? next = null;
            if (line.Length > 2 && (line[0] is '#' or '=') && line.TrimStart('#', '=') is [' ', ..] rest)
            {
                next = rest.Trim('#', '=', ' ');
            }
            else if (i + 1 < lines.Length && line.Length is > 2 and < 120 && IsUnderline(lines[i + 1].TrimEnd(), line.Length))
            {
                next = line.Trim();
                i++;
            }

            if (next is null)
            {
                body.Append(line).Append('\n');
                continue;
            }

            Flush();
            heading = next;
            if (title.Length == 0)
            {
                title = next;
            }
        }

        Flush();

        void Flush()
        {
            Prose.AddSection(pairs, title, heading, LightMarkup().Replace(body.ToString(), "$1"));
            body.Clear();
        }
    }

    public static void MineLatex(string text, List<MinedPair> pairs)
    {
        var matches = LatexHeading().Matches(text);
        for (var i = 0; i < matches.Count; i++)
        {
            var start = matches[i].Index + matches[i].Length;
            var end = i + 1 < matches.Count ? matches[i + 1].Index : text.Length;
            Prose.AddSection(pairs, "", LatexCommand().Replace(matches[i].Groups[1].Value, " "), LatexCommand().Replace(text[start..end], " "));
        }
    }

    public static void MinePod(string text, List<MinedPair> pairs)
    {
        string title = "", heading = "";
        string? item = null;
        var body = new StringBuilder();
        var inPod = false;
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            if (line.StartsWith("=cut", StringComparison.Ordinal))
            {
                inPod = false;
                continue;
            }

            if (line.Length > 1 && line[0] == '=' && char.IsAsciiLetter(line[1]))
            {
                inPod = true;
                if (line.StartsWith("=head", StringComparison.Ordinal) || line.StartsWith("=item", StringComparison.Ordinal))
                {
                    Flush();
                    var name = PodMarkup().Replace(line[(line.IndexOf(' ', StringComparison.Ordinal) is var space and > 0 ? space : line.Length)..], "$1").Trim();
                    if (line[1] == 'h')
                    {
                        heading = name;
                        item = null;
                    }
                    else
                    {
                        item = name;
                    }
                }

                continue;
            }

            if (inPod)
            {
                body.Append(line).Append('\n');
            }
        }

        Flush();

        void Flush()
        {
            var section = PodMarkup().Replace(body.ToString(), "$1");
            body.Clear();
            if (heading == "NAME" && item is null)
            {
                title = Prose.Squeeze(section);
                return;
            }

            Prose.AddSection(pairs, title, item ?? heading, section);
        }
    }

    public static void MineInfo(string text, List<MinedPair> pairs)
    {
        foreach (var node in text.Split('\u001f'))
        {
            var lines = node.TrimStart('\n').Split('\n', 4);
            if (lines.Length == 4 && lines[0].StartsWith("File:", StringComparison.Ordinal))
            {
                Prose.AddSection(pairs, "", lines[2].Trim().TrimStart("0123456789. ".ToCharArray()), lines[3]);
            }
        }
    }

    private static bool IsUnderline(string line, int length)
    {
        if (line.Length < 3 || line.Length + 3 < length || !(line[0] is '=' or '-' or '~' or '^' or '*' or '+'))
        {
            return false;
        }

        foreach (var c in line)
        {
            if (c != line[0])
            {
                return false;
            }
        }

        return true;
    }
}
