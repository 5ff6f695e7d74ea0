using System.Text;
using System.Text.RegularExpressions;

namespace Synapse.StaticModel.Mining;

/// <summary>Manual pages: name line and description, sections, options and what they do.</summary>
internal static partial class ManPageMiner
{
    [GeneratedRegex(@"\\f(\[[A-Z]*\]|\([A-Z]{2}|.)|\\[&|^/,:%]|\\s[-+]?\d")]
    private static partial Regex Font();

    [GeneratedRegex(@"\\\((..)|\\\[[^\]]*\]|\\\*\(..|\\\*.")]
    private static partial Regex Special();

    public static void Mine(string page, List<MinedPair> pairs)
    {
        string name = "", heading = "";
        var body = new StringBuilder();
        var option = new StringBuilder();
        var optionText = new StringBuilder();
        var expectTag = false;
        foreach (var raw in page.Split('\n'))
        {
            var line = raw.TrimEnd();
            if (line.StartsWith(".\\\"", StringComparison.Ordinal) || line.StartsWith("'\\\"", StringComparison.Ordinal))
            {
                continue;
            }

            if (line.Length > 0 && line[0] is '.' or '\'')
            {
                var (request, rest) = Split(line);
                switch (request)
                {
                    case "SH" or "SS" or "Sh" or "Ss":
                        FlushOption();
                        FlushSection();
                        heading = Clean(rest);
                        continue;
                    case "TP" or "It" or "IP":
                        FlushOption();
                        body.Append("\n\n");
                        expectTag = request == "TP";
                        if (!expectTag && rest.Length > 0)
                        {
                            option.Append(Clean(rest));
                        }

                        continue;
                    case "PP" or "P" or "LP" or "Pp" or "sp":
                        FlushOption();
                        body.Append("\n\n");
                        continue;
                    case "Nd":
                        name += " " + Clean(rest);
                        body.Append(Clean(rest)).Append(' ');
                        continue;
                    case "B" or "I" or "BR" or "RB" or "IR" or "RI" or "BI" or "IB" or "SM" or "SB" or "Nm" or "Fl" or "Ar" or "Xr" or "Pa" or "Cm" or "Dv" or "Va" or "Fn" or "Em" or "Sy" or "Li" or "Ql" or "Dq":
                        line = rest;
                        break;
                    default:
                        continue;
                }
            }

            var text = Clean(line);
            body.Append(text).Append(text.Length == 0 ? "\n\n" : " ");
            if (expectTag)
            {
                option.Append(text);
                expectTag = false;
            }
            else if (option.Length > 0)
            {
                optionText.Append(text).Append(' ');
            }
        }

        FlushOption();
        FlushSection();

        void FlushOption()
        {
            var text = Prose.Squeeze(optionText.ToString());
            if (option.Length is > 1 and < 100 && text.Length > 50 && Prose.LooksEnglish(text))
            {
                pairs.Add(new MinedPair(PairKind.Definition, option + " " + ShortName(), text.Length > 1_200 ? text[..1_200] : text));
            }

            option.Clear();
            optionText.Clear();
        }

        string ShortName() => name.Split(' ', 2)[0];

        void FlushSection()
        {
            var text = body.ToString();
            body.Clear();
            if (heading.Equals("NAME", StringComparison.OrdinalIgnoreCase))
            {
                name = Prose.Squeeze(text).Replace(" - ", " ", StringComparison.Ordinal);
            }
            else if (heading is not ("SEE ALSO" or "AUTHOR" or "AUTHORS" or "COPYRIGHT" or "COLOPHON" or "BUGS" or "REPORTING BUGS"))
            {
                Prose.AddSection(pairs, name, heading is "DESCRIPTION" or "Description" ? "" : heading, text);
            }
        }
    }

    private static (string Request, string Argument) Split(string line)
    {
        var start = 1;
        while (start < line.Length && line[start] == ' ')
        {
            start++;
        }

        var end = start;
        while (end < line.Length && char.IsAsciiLetterOrDigit(line[end]))
        {
            end++;
        }

        return (line[start..end], line[end..].Replace("\"", "", StringComparison.Ordinal).Trim());
    }

    private static string Clean(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        return Special().Replace(Font().Replace(text, ""), static match => match.Groups[1].Value switch { "aq" or "cq" => "'", "em" or "en" => "-", _ => " " })
            .Replace("\\-", "-", StringComparison.Ordinal).Replace("\\", "", StringComparison.Ordinal);
    }
}
