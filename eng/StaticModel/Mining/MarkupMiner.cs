using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Synapse.StaticModel.Mining;

/// <summary>HTML, DocBook and Mallard pages: headings and their sections, terms and their definitions.</summary>
internal static partial class MarkupMiner
{
    private static readonly HashSet<string> Skipped = new(StringComparer.OrdinalIgnoreCase) { "script", "style", "nav", "footer", "aside", "svg", "form", "select", "button" };

    private static readonly HashSet<string> BlockTags = new(StringComparer.OrdinalIgnoreCase)
    {
        "p", "div", "li", "tr", "br", "pre", "ul", "ol", "table", "section", "blockquote", "para", "item", "listitem", "dl", "note", "programlisting",
    };

    [GeneratedRegex(@"\b(sphinxsidebar|sidebar|navbar|navheader|navfooter|footer|related|toc|menu|breadcrumb|topnav|subnav|nav-|header|summary|navigation)", RegexOptions.IgnoreCase)]
    private static partial Regex Boilerplate();

    public static void Mine(string page, List<MinedPair> pairs)
    {
        var title = "";
        var heading = "";
        var body = new StringBuilder();
        var capture = new StringBuilder();
        string? capturing = null;
        string? term = null;
        var inDefinition = 0;
        var definition = new StringBuilder();
        var position = 0;
        while (position < page.Length)
        {
            var open = page.IndexOf('<', position);
            if (open < 0)
            {
                break;
            }

            Append(page.AsSpan(position, open - position));
            var close = page.IndexOf('>', open);
            if (close < 0)
            {
                break;
            }

            position = close + 1;
            if (page.AsSpan(open).StartsWith("<!--", StringComparison.Ordinal))
            {
                var end = page.IndexOf("-->", open, StringComparison.Ordinal);
                position = end < 0 ? page.Length : end + 3;
                continue;
            }

            var isEnd = open + 1 < page.Length && page[open + 1] == '/';
            var nameStart = open + (isEnd ? 2 : 1);
            var nameEnd = nameStart;
            while (nameEnd < close && (char.IsAsciiLetterOrDigit(page[nameEnd]) || page[nameEnd] == ':'))
            {
                nameEnd++;
            }

            var tag = page[nameStart..nameEnd];
            if (!isEnd && page[close - 1] != '/' && (Skipped.Contains(tag) || (tag.Equals("div", StringComparison.OrdinalIgnoreCase) && Boilerplate().IsMatch(page.AsSpan(open, close - open)))))
            {
                position = SkipElement(page, tag, position);
                continue;
            }

            var isHeading = tag.Length == 2 && tag[0] is 'h' or 'H' && tag[1] is >= '1' and <= '6';
            if (isHeading || tag.Equals("title", StringComparison.OrdinalIgnoreCase))
            {
                if (isEnd)
                {
                    var text = Clean(capture.ToString());
                    capture.Clear();
                    capturing = null;
                    if (!isHeading && title.Length == 0)
                    {
                        title = text;
                    }
                    else
                    {
                        Prose.AddSection(pairs, title, heading, body.ToString());
                        body.Clear();
                        heading = text;
                    }
                }
                else
                {
                    capture.Clear();
                    capturing = tag;
                }

                continue;
            }

            if (tag.Equals("dt", StringComparison.OrdinalIgnoreCase) || tag.Equals("term", StringComparison.OrdinalIgnoreCase))
            {
                if (isEnd)
                {
                    term = Clean(capture.ToString());
                    capture.Clear();
                    capturing = null;
                    body.Append(' ').Append(term).Append('\n');
                }
                else
                {
                    capture.Clear();
                    capturing = tag;
                }

                continue;
            }

            if (tag.Equals("dd", StringComparison.OrdinalIgnoreCase))
            {
                if (!isEnd)
                {
                    inDefinition++;
                    definition.Clear();
                }
                else if (inDefinition > 0)
                {
                    inDefinition--;
                    var text = Prose.Squeeze(definition.ToString());
                    definition.Clear();
                    if (term is { Length: > 1 and < 200 } && text.Length > 40 && Prose.LooksEnglish(text))
                    {
                        AddDefinition(pairs, term, text);
                    }

                    term = null;
                }
            }

            if (BlockTags.Contains(tag))
            {
                Append("\n\n");
            }
        }

        Prose.AddSection(pairs, title, heading, body.ToString());

        void Append(ReadOnlySpan<char> raw)
        {
            if (raw.Length == 0)
            {
                return;
            }

            var text = raw.Contains('&') ? WebUtility.HtmlDecode(raw.ToString()).Replace("¶", "", StringComparison.Ordinal) : raw.ToString();
            if (capturing is not null)
            {
                capture.Append(text);
                return;
            }

            body.Append(text);
            if (inDefinition > 0 && definition.Length < 3_000)
            {
                definition.Append(text);
            }
        }
    }

    private static void AddDefinition(List<MinedPair> pairs, string term, string text)
    {
        pairs.Add(new MinedPair(PairKind.Definition, term, Cut(text, 1_200)));
        var summary = Prose.FirstSentences(text, 200);
        if (text.Length > summary.Length + 60 && summary.Length > 25)
        {
            pairs.Add(new MinedPair(PairKind.Cloze, summary, term + " " + Cut(text[summary.Length..], 1_200)));
        }
    }

    private static string Cut(string text, int maxChars) => text.Length > maxChars ? text[..maxChars] : text;

    private static string Clean(string text) => Prose.Squeeze(text.Replace("¶", "", StringComparison.Ordinal));

    private static int SkipElement(string page, string tag, int from)
    {
        var depth = 1;
        var position = from;
        var limit = Math.Min(page.Length, from + 400_000);
        while (depth > 0 && position < limit)
        {
            var open = page.IndexOf('<', position);
            if (open < 0)
            {
                return page.Length;
            }

            var rest = page.AsSpan(open + 1);
            if (rest.StartsWith(tag, StringComparison.OrdinalIgnoreCase))
            {
                depth++;
            }
            else if (rest.Length > 0 && rest[0] == '/' && rest[1..].StartsWith(tag, StringComparison.OrdinalIgnoreCase))
            {
                depth--;
            }

            position = open + 1;
        }

        var end = page.IndexOf('>', Math.Min(position, page.Length));
        return end < 0 ? page.Length : end + 1;
    }
}
