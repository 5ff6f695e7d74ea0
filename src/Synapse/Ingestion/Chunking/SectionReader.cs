namespace Synapse.Ingestion.Chunking;

/// <summary>Finds the headings, paragraphs and fenced blocks of running text.</summary>
internal sealed class SectionReader
{
    private const int MaxHeading = 200;
    private const string Separator = " > ";
    private const string Underlines = "=-`:'\"~^_*+#<>.";

    private readonly LineMap _lines;
    private readonly string _language;
    private readonly List<Section> _sections = [];
    private readonly List<(int Level, string Title)> _path = [];
    private readonly List<string> _underlines = [];
    private Section _section = new(0, null, []);
    private bool _inBlock;
    private string? _fence;

    private SectionReader(LineMap lines, string language)
    {
        _lines = lines;
        _language = language;
        _sections.Add(_section);
    }

    /// <summary>Reads the sections of a text; together they cover it.</summary>
    public static List<Section> Read(LineMap lines, string language)
    {
        var reader = new SectionReader(lines, language);
        for (var line = reader.SkipFrontMatter(); line < lines.Count;)
        {
            line += reader.Take(line);
        }

        reader._section.EndLine = lines.Count;
        reader._sections.RemoveAll(static section => section.EndLine == section.StartLine);
        return reader._sections;
    }

    private int SkipFrontMatter()
    {
        if (_language != "markdown" || _lines.Count == 0 || !_lines[0].TrimEnd().SequenceEqual("---"))
        {
            return 0;
        }

        for (var line = 1; line < Math.Min(_lines.Count, 200); line++)
        {
            if (_lines[line].TrimEnd() is "---" or "...")
            {
                _section.HasBody = true;
                return line + 1;
            }
        }

        return 0;
    }

    // Returns how many lines it took.
    private int Take(int line)
    {
        var content = _lines[line].TrimEnd();
        var trimmed = content.TrimStart();
        if (_fence is { } fence)
        {
            if (trimmed.StartsWith(fence) && trimmed.TrimEnd(fence[0]).Length == 0)
            {
                _fence = null;
                _inBlock = false;
            }

            return 1;
        }

        if (trimmed.Length == 0)
        {
            _inBlock = false;
            return 1;
        }

        var (level, title, taken) = Heading(line, content, trimmed);
        if (level > 0)
        {
            Begin(line, level, title!);
            return taken;
        }

        _fence = FenceOf(trimmed);
        if (!_inBlock || _fence is not null)
        {
            _section.Blocks.Add(line);
            _section.HasBody = true;
            _inBlock = true;
        }

        return 1;
    }

    private void Begin(int line, int level, string title)
    {
        _section.EndLine = line;
        _path.RemoveAll(entry => entry.Level >= level);
        _path.Add((level, title));
        _section = new Section(line, string.Join(Separator, _path.Select(static entry => entry.Title)), []);
        _sections.Add(_section);
        _inBlock = false;
    }

    private (int Level, string? Title, int Lines) Heading(int line, ReadOnlySpan<char> content, ReadOnlySpan<char> trimmed)
        => _language switch
        {
            "markdown" => Marked(content, trimmed, '#', 6) is { Level: > 0 } atx ? atx : Setext(line, content),
            "asciidoc" => Marked(content, trimmed, '=', 6),
            "org" => Marked(content, trimmed, '*', 8),
            "restructuredtext" => Underlined(line, content),
            "text" => Setext(line, content),
            "latex" => Latex(trimmed),
            _ => default,
        };

    // ## Title ##
    private static (int Level, string? Title, int Lines) Marked(ReadOnlySpan<char> content, ReadOnlySpan<char> trimmed, char mark, int deepest)
    {
        if (trimmed[0] != mark || content.Length - trimmed.Length > 3)
        {
            return default;
        }

        var level = trimmed.IndexOfAnyExcept(mark);
        if (level < 0 || level > deepest || trimmed[level] is not (' ' or '\t'))
        {
            return default;
        }

        var title = trimmed[level..].Trim();
        var closing = title.TrimEnd(mark);
        title = closing.Length < title.Length && closing.Length > 0 && closing[^1] is ' ' or '\t' ? closing.TrimEnd() : title;
        return (level, Clean(title), 1);
    }

    private (int Level, string? Title, int Lines) Setext(int line, ReadOnlySpan<char> content)
    {
        if (_inBlock || line + 1 >= _lines.Count || content.Length > MaxHeading || content[0] is ' ' or '\t' or '-' or '*' or '>' or '|' or '+' or '=')
        {
            return default;
        }

        var under = _lines[line + 1].TrimEnd();
        if (under.Length < 2 || under[0] is not ('=' or '-') || under.IndexOfAnyExcept(under[0]) >= 0
            || (_language == "text" && Math.Abs(under.Length - content.Length) > 2))
        {
            return default;
        }

        return (under[0] == '=' ? 1 : 2, Clean(content), 2);
    }

    private (int Level, string? Title, int Lines) Underlined(int line, ReadOnlySpan<char> content)
    {
        var hasOverline = IsUnderline(content) && line + 2 < _lines.Count && IsUnderline(_lines[line + 2].TrimEnd()) && _lines[line + 2][0] == content[0];
        var titleLine = hasOverline ? line + 1 : line;
        if (titleLine + 1 >= _lines.Count || (_inBlock && !hasOverline))
        {
            return default;
        }

        var title = _lines[titleLine].Trim();
        var under = _lines[titleLine + 1].TrimEnd();
        if (title.Length is 0 or > MaxHeading || !IsUnderline(under) || under.Length + 1 < title.Length || IsUnderline(title) || (!hasOverline && content[0] is ' ' or '\t'))
        {
            return default;
        }

        var style = hasOverline ? new string(under[0], 2) : under[0].ToString();
        if (!_underlines.Contains(style))
        {
            _underlines.Add(style);
        }

        return (_underlines.IndexOf(style) + 1, Clean(title), titleLine + 2 - line);
    }

    private static bool IsUnderline(ReadOnlySpan<char> line)
        => line.Length >= 2 && Underlines.Contains(line[0], StringComparison.Ordinal) && line.IndexOfAnyExcept(line[0]) < 0;

    private static (int Level, string? Title, int Lines) Latex(ReadOnlySpan<char> trimmed)
    {
        string[] commands = ["\\part", "\\chapter", "\\section", "\\subsection", "\\subsubsection", "\\paragraph"];
        for (var i = 0; i < commands.Length; i++)
        {
            if (trimmed.StartsWith(commands[i]) && trimmed.Length > commands[i].Length && trimmed[commands[i].Length] is '{' or '*' or '[')
            {
                var open = trimmed.IndexOf('{');
                var close = trimmed.LastIndexOf('}');
                return open >= 0 && close > open ? (i + 1, Clean(trimmed[(open + 1)..close]), 1) : default;
            }
        }

        return default;
    }

    private string? FenceOf(ReadOnlySpan<char> trimmed)
    {
        var mark = trimmed[0];
        var length = trimmed.IndexOfAnyExcept(mark);
        length = length < 0 ? trimmed.Length : length;
        return _language switch
        {
            "markdown" when mark is '`' or '~' && length >= 3 && (mark == '~' || !trimmed[length..].Contains('`')) => new string(mark, length),
            "asciidoc" when mark is '-' or '.' or '=' or '*' or '+' && length >= 4 && length == trimmed.Length => new string(mark, length),
            "asciidoc" when trimmed.SequenceEqual("|===") => "|===",
            _ => null,
        };
    }

    // Marks for emphasis and links are not part of a title.
    private static string Clean(ReadOnlySpan<char> title)
    {
        var cleaned = title.Length > MaxHeading ? title[..MaxHeading] : title;
        return cleaned.ToString().Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal).Trim();
    }
}
