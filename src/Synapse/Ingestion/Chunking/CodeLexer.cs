using System.Buffers;

namespace Synapse.Ingestion.Chunking;

/// <summary>Steps over comments and string literals. Linear over a whole text: a search for an end that failed once is not made again.</summary>
internal sealed class CodeLexer
{
    private const int MaxTemplateDepth = 8;
    private const int MaxHeredocName = 40;
    private const int RegexLookBack = 64;
    private const int MaxRegex = 1_000;
    private const int MaxFailedRegexes = 200;

    private static readonly SearchValues<char> DoubleStops = SearchValues.Create("\"\\\n");
    private static readonly SearchValues<char> SingleStops = SearchValues.Create("'\\\n");
    private static readonly SearchValues<char> TemplateStops = SearchValues.Create("`\\$");
    private static readonly SearchValues<char> TemplateCodeStops = SearchValues.Create("{}`'\"");
    private static readonly SearchValues<char> RegexStops = SearchValues.Create("/\\[]\n");

    private readonly string _text;
    private readonly CodeSyntax _syntax;
    private readonly HashSet<string> _endless = new(StringComparer.Ordinal);
    private int _failedRegexes;

    public CodeLexer(string text, CodeSyntax syntax)
    {
        _text = text;
        _syntax = syntax;
        var openers = string.Concat(syntax.LineComments.Select(static comment => comment[0]))
            + (syntax.BlockComment is { } block ? block.Open[0] : "")
            + (Has(Quotes.Double | Quotes.TripleDouble | Quotes.Verbatim | Quotes.CppRaw | Quotes.RustRaw) ? "\"" : "")
            + (Has(Quotes.Single | Quotes.Character | Quotes.TripleSingle) ? "'" : "")
            + (Has(Quotes.Backtick | Quotes.Template) ? "`" : "")
            + (Has(Quotes.LongBrackets) ? "[" : "")
            + (Has(Quotes.Regex) ? "/" : "")
            + (Has(Quotes.Heredoc) ? "<" : "")
            + (Has(Quotes.Dollar) ? "$" : "")
            + (Has(Quotes.HereString) ? "@" : "")
            + (syntax.HasPreprocessor ? "#" : "");
        Openers = openers;
    }

    /// <summary>Characters that a comment or string literal may begin with.</summary>
    public string Openers { get; }

    /// <summary>When a comment or string literal begins at an offset, returns where it ends; else the offset itself.</summary>
    /// <param name="at">Offset of one of <see cref="Openers"/>.</param>
    /// <param name="isComment">Whether it is a comment or a preprocessor line.</param>
    public int Skip(int at, out bool isComment)
    {
        var comment = SkipComment(at);
        isComment = comment > at;
        if (isComment)
        {
            return comment;
        }

        return _text[at] switch
        {
            '"' => SkipDouble(at),
            '\'' => SkipSingle(at),
            '`' => Has(Quotes.Template) ? SkipTemplate(at, 0) : Has(Quotes.Backtick) ? SkipTo("`", at + 1, at) : at,
            '[' when Has(Quotes.LongBrackets) => SkipLongBrackets(at),
            '/' when Has(Quotes.Regex) => SkipRegex(at),
            '<' when Has(Quotes.Heredoc) => SkipHeredoc(at),
            '$' when Has(Quotes.Dollar) => SkipDollar(at),
            '@' when Has(Quotes.HereString) => SkipHereString(at),
            _ => at,
        };
    }

    private bool Has(Quotes quotes) => (_syntax.Quotes & quotes) != 0;

    private bool IsAt(int at, string what) => string.CompareOrdinal(_text, at, what, 0, what.Length) == 0;

    private int LineEnd(int at)
    {
        var end = _text.AsSpan(at).IndexOf('\n');
        return end < 0 ? _text.Length : at + end;
    }

    private int SkipComment(int at)
    {
        if (_syntax.BlockComment is { } block && IsAt(at, block.Open))
        {
            return _syntax.CommentsNest ? SkipNested(at, block.Open, block.Close) : SkipTo(block.Close, at + block.Open.Length, at);
        }

        foreach (var comment in _syntax.LineComments)
        {
            if (IsAt(at, comment) && !(comment == "#" && IsInsideWord(at)))
            {
                return LineEnd(at);
            }
        }

        if (_syntax.HasPreprocessor && _text[at] == '#' && IsFirstOfLine(at))
        {
            var end = LineEnd(at);
            while (end < _text.Length && _text[end - 1] == '\\')
            {
                end = LineEnd(end + 1);
            }

            return end;
        }

        return at;
    }

    // ${#x}, $#, a#b and the like of shells and others; #[...] of PHP is an attribute.
    private bool IsInsideWord(int at)
        => (at > 0 && !char.IsWhiteSpace(_text[at - 1]) && _text[at - 1] is not (';' or ')' or '}' or ']' or ',' or '(' or '{' or '"' or '\'') && _syntax.LineComments.Length == 1
                && !char.IsAsciiLetterOrDigit(_text[at - 1]))
            || (_syntax.LineComments.Length == 2 && at + 1 < _text.Length && _text[at + 1] == '[');

    private bool IsFirstOfLine(int at)
    {
        var from = Math.Max(0, at - RegexLookBack);
        var before = _text.AsSpan(from, at - from).TrimEnd(" \t");
        return before.Length == 0 ? from == 0 : before[^1] == '\n';
    }

    private int SkipTo(string close, int from, int at)
    {
        if (_endless.Count > 0 && _endless.Contains(close))
        {
            return at;
        }

        var end = from > _text.Length ? -1 : _text.AsSpan(from).IndexOf(close);
        if (end >= 0)
        {
            return from + end + close.Length;
        }

        _endless.Add(close);
        return at;
    }

    private int SkipNested(int at, string open, string close)
    {
        if (_endless.Contains(close))
        {
            return at;
        }

        var depth = 0;
        var i = at;
        do
        {
            var next = _text.AsSpan(i).IndexOfAny(open[0], close[0]);
            if (next < 0)
            {
                _endless.Add(close);
                return at;
            }

            i += next;
            if (IsAt(i, open))
            {
                depth++;
                i += open.Length;
            }
            else if (IsAt(i, close))
            {
                depth--;
                i += close.Length;
            }
            else
            {
                i++;
            }
        }
        while (depth > 0);
        return i;
    }

    private int SkipDouble(int at)
    {
        if (Has(Quotes.Verbatim) && at > 0 && (_text[at - 1] == '@' || (_text[at - 1] == '$' && at > 1 && _text[at - 2] == '@')))
        {
            return SkipVerbatim(at);
        }

        if (Has(Quotes.TripleDouble) && IsAt(at, "\"\"\""))
        {
            var quotes = Has(Quotes.Verbatim) ? _text.AsSpan(at).IndexOfAnyExcept('"') : 3;
            return SkipTo(quotes > 3 ? new string('"', quotes) : "\"\"\"", at + Math.Max(quotes, 3), at) is var end && end > at ? end : at + 3;
        }

        if (Has(Quotes.CppRaw) && at > 0 && _text[at - 1] == 'R' && _text.AsSpan(at + 1, Math.Min(17, _text.Length - at - 1)).IndexOf('(') is var open and >= 0)
        {
            return SkipTo($"){_text.AsSpan(at + 1, open)}\"", at + open + 2, at);
        }

        if (Has(Quotes.RustRaw) && at > 0 && (_text[at - 1] is '#' or 'r'))
        {
            var hashes = 0;
            while (hashes < 16 && at - 1 - hashes >= 0 && _text[at - 1 - hashes] == '#')
            {
                hashes++;
            }

            if (at - 1 - hashes >= 0 && _text[at - 1 - hashes] == 'r')
            {
                return SkipTo("\"" + new string('#', hashes), at + 1, at);
            }
        }

        return !Has(Quotes.Double) ? at : Has(Quotes.RustRaw) ? SkipManyLines(at) : SkipOneLine(at, '"', DoubleStops);
    }

    private int SkipVerbatim(int at)
    {
        for (var i = at + 1; ;)
        {
            var end = SkipTo("\"", i, i);
            if (end == i)
            {
                return at;
            }

            if (end >= _text.Length || _text[end] != '"')
            {
                return end;
            }

            i = end + 1;
        }
    }

    // A string of Rust goes over line ends.
    private int SkipManyLines(int at)
    {
        var i = at + 1;
        while (!_endless.Contains("\""))
        {
            var next = _text.AsSpan(i).IndexOfAny('"', '\\');
            if (next < 0)
            {
                _endless.Add("\"");
                break;
            }

            i += next;
            if (_text[i] == '"')
            {
                return i + 1;
            }

            i = Math.Min(i + 2, _text.Length);
        }

        return at;
    }

    private int SkipSingle(int at)
    {
        if (Has(Quotes.TripleSingle) && IsAt(at, "'''"))
        {
            return SkipTo("'''", at + 3, at) is var end && end > at ? end : at + 3;
        }

        if (Has(Quotes.Single))
        {
            return SkipOneLine(at, '\'', SingleStops);
        }

        if (!Has(Quotes.Character) || at + 2 >= _text.Length)
        {
            return at;
        }

        if (_text[at + 1] == '\\')
        {
            var close = at + 3 < _text.Length ? _text.AsSpan(at + 3, Math.Min(10, _text.Length - at - 3)).IndexOf('\'') : -1;
            return close < 0 ? at : at + 4 + close;
        }

        var width = char.IsHighSurrogate(_text[at + 1]) ? 2 : 1;
        return _text[at + 1] != '\n' && at + 1 + width < _text.Length && _text[at + 1 + width] == '\'' ? at + 2 + width : at;
    }

    private int SkipOneLine(int at, char quote, SearchValues<char> stops)
    {
        var i = at + 1;
        while (i < _text.Length)
        {
            var next = _text.AsSpan(i).IndexOfAny(stops);
            if (next < 0)
            {
                return _text.Length;
            }

            i += next;
            if (_text[i] == quote)
            {
                return i + 1;
            }

            if (_text[i] == '\n')
            {
                return i;
            }

            i += 2;
        }

        return _text.Length;
    }

    private int SkipTemplate(int at, int depth)
    {
        if (_endless.Contains("`") || depth > MaxTemplateDepth)
        {
            return at;
        }

        var i = at + 1;
        while (i < _text.Length)
        {
            var next = _text.AsSpan(i).IndexOfAny(TemplateStops);
            if (next < 0)
            {
                break;
            }

            i += next;
            if (_text[i] == '`')
            {
                return i + 1;
            }

            i = _text[i] == '\\' ? i + 2 : i + 1 < _text.Length && _text[i + 1] == '{' ? SkipTemplateCode(i + 1, depth) : i + 1;
        }

        _endless.Add("`");
        return at;
    }

    // From the brace of ${ to behind its partner.
    private int SkipTemplateCode(int at, int depth)
    {
        var braces = 0;
        var i = at;
        while (i < _text.Length)
        {
            var next = _text.AsSpan(i).IndexOfAny(TemplateCodeStops);
            if (next < 0)
            {
                return _text.Length;
            }

            i += next;
            var opener = _text[i];
            var end = opener switch
            {
                '`' => SkipTemplate(i, depth + 1),
                '"' => SkipOneLine(i, '"', DoubleStops),
                '\'' => SkipOneLine(i, '\'', SingleStops),
                _ => i,
            };
            braces += opener == '{' ? 1 : opener == '}' ? -1 : 0;
            i = Math.Max(end, i + 1);
            if (braces == 0)
            {
                return i;
            }
        }

        return _text.Length;
    }

    private int SkipLongBrackets(int at)
    {
        var level = 0;
        while (at + 1 + level < _text.Length && _text[at + 1 + level] == '=' && level < 32)
        {
            level++;
        }

        return at + 1 + level < _text.Length && _text[at + 1 + level] == '['
            ? SkipTo("]" + new string('=', level) + "]", at + 2 + level, at)
            : at;
    }

    // A slash begins a regular expression where no operand ended before it.
    private int SkipRegex(int at)
    {
        var from = Math.Max(0, at - RegexLookBack);
        var before = _text.AsSpan(from, at - from).TrimEnd();
        var isOperandPlace = before.Length == 0
            || "(,=:[!&|?{};+-*%~^<>".Contains(before[^1], StringComparison.Ordinal)
            || before.EndsWith("return") || before.EndsWith("typeof") || before.EndsWith("case") || before.EndsWith("in");
        if (!isOperandPlace || _failedRegexes > MaxFailedRegexes)
        {
            return at;
        }

        _failedRegexes++;
        var inSet = false;
        var limit = Math.Min(_text.Length, at + MaxRegex);
        for (var i = at + 1; i < limit;)
        {
            var next = _text.AsSpan(i, limit - i).IndexOfAny(RegexStops);
            if (next < 0)
            {
                return at;
            }

            i += next;
            switch (_text[i])
            {
                case '\n':
                    return at;
                case '/' when !inSet:
                    _failedRegexes--;
                    return i + 1;
                case '\\':
                    i++;
                    break;
                case '[':
                    inSet = true;
                    break;
                case ']':
                    inSet = false;
                    break;
            }

            i++;
        }

        return at;
    }

    // <<NAME, <<-NAME, <<~NAME, <<'NAME', <<"NAME", and <<<NAME of PHP: from the name to the end of the line that holds it alone.
    private int SkipHeredoc(int at)
    {
        if (!IsAt(at, "<<") || _endless.Contains("<<"))
        {
            return at;
        }

        var i = at + 2;
        while (i < _text.Length && i < at + 8 && _text[i] is '<' or '-' or '~' or '\'' or '"' or ' ' or '\\')
        {
            i++;
        }

        var nameStart = i;
        while (i < _text.Length && i - nameStart < MaxHeredocName && (char.IsAsciiLetterOrDigit(_text[i]) || _text[i] == '_'))
        {
            i++;
        }

        // Names are in capitals by custom; x << y is a shift.
        if (i == nameStart || !char.IsAsciiLetterUpper(_text[nameStart]) || _text.AsSpan(at + 2, nameStart - at - 2).Count(' ') > 1)
        {
            return at;
        }

        var name = _text.AsSpan(nameStart, i - nameStart);
        for (var line = LineEnd(i); line < _text.Length;)
        {
            var end = LineEnd(line + 1);
            if (_text.AsSpan(line + 1, end - line - 1).Trim().TrimEnd(";,)").SequenceEqual(name))
            {
                return end;
            }

            line = end;
        }

        _endless.Add("<<");
        return at;
    }

    private int SkipDollar(int at)
    {
        var end = at + 1;
        while (end < _text.Length && end - at < MaxHeredocName && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'))
        {
            end++;
        }

        return end < _text.Length && _text[end] == '$' ? SkipTo(_text.Substring(at, end + 1 - at), end + 1, at) : at;
    }

    private int SkipHereString(int at)
        => IsAt(at, "@\"\n") ? SkipTo("\n\"@", at + 2, at) : IsAt(at, "@'\n") ? SkipTo("\n'@", at + 2, at) : at;
}
