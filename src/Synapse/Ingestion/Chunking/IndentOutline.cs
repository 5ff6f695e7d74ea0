using System.Buffers;

namespace Synapse.Ingestion.Chunking;

/// <summary>Finds the definitions of a language by its indentation: a definition reaches to the next line that is indented no deeper, which may be its end mark.</summary>
internal sealed class IndentOutline
{
    private const int MaxDepth = 32;
    private const int TabWidth = 4;

    private sealed record Frame(OutlineNode Node, int Indent, string? Prefix, bool IsContainer);

    private readonly LineMap _lines;
    private readonly string _language;
    private readonly CodeLexer _lexer;
    private readonly SearchValues<char> _stops;
    private readonly string[] _lineComments;
    private readonly bool _joinsBrackets;
    private readonly Stack<Frame> _frames = new();
    private Frame _frame;
    private int _maskedUntil;
    private int _brackets;
    private int _lastCodeLine;

    private IndentOutline(LineMap lines, CodeSyntax syntax, string language)
    {
        _lines = lines;
        _language = language;
        _lexer = new CodeLexer(lines.Text, syntax);
        _joinsBrackets = language is "python" or "r" or "julia" or "elixir" or "fsharp";
        _stops = SearchValues.Create(_lexer.Openers + (_joinsBrackets ? "()[]{}" : ""));
        _lineComments = [.. syntax.LineComments.Select(static comment => comment.TrimEnd())];
        _frame = new Frame(new OutlineNode(0) { IsContainer = true }, -1, null, true);
        _frames.Push(_frame);
    }

    /// <summary>Makes the outline of a text.</summary>
    public static OutlineNode Of(LineMap lines, CodeSyntax syntax, string language)
    {
        var outline = new IndentOutline(lines, syntax, language);
        for (var line = 0; line < lines.Count; line++)
        {
            outline.Take(line);
        }

        while (outline._frames.Count > 1)
        {
            outline.Close(outline._lastCodeLine + 1);
        }

        outline._frame.Node.EndLine = lines.Count;
        return outline._frame.Node;
    }

    private void Take(int line)
    {
        var start = _lines.Start(line);
        if (start < _maskedUntil || _brackets > 0)
        {
            Mask(line, start);
            _lastCodeLine = line;
            return;
        }

        var content = _lines[line];
        var blank = content.IndexOfAnyExcept(' ', '\t');
        if (blank < 0)
        {
            Mask(line, start);
            return;
        }

        var indent = Columns(content[..blank]);
        content = content[blank..].TrimEnd();
        if (IsComment(content))
        {
            Mask(line, start);
            return;
        }

        // Decorators and attributes belong to what follows them.
        if (!(content[0] == '@' && _language is "python" or "elixir") && !IsSignature(content))
        {
            Statement(line, content, indent);
        }

        _lastCodeLine = line;
        Mask(line, start);
    }

    private void Statement(int line, ReadOnlySpan<char> content, int indent)
    {
        while (_frame.Indent >= indent)
        {
            if (_frame.Indent == indent && LineDefinitions.IsCloser(content))
            {
                Close(line + 1);
                return;
            }

            if (_frame.Indent == indent && IsMiddle(content))
            {
                return;
            }

            Close(_lastCodeLine + 1);
        }

        if (!_frame.IsContainer)
        {
            return;
        }

        if (LineDefinitions.Read(content, indent, _language) is { } found && _frames.Count < MaxDepth)
        {
            Open(line, indent, found.Name, found.IsContainer);
        }
        else
        {
            var node = new OutlineNode(_frame.Node.NextLine) { EndLine = line + 1, DefinitionLine = line };
            Add(node, indent);
        }
    }

    private void Open(int line, int indent, string? name, bool isContainer)
    {
        var symbol = name is null ? null : _frame.Prefix is { } prefix ? $"{prefix}.{name}" : name;

        // Several equations or clauses of one function.
        if (_frame.Node.Children is { Count: > 0 } siblings && !isContainer && symbol is not null && siblings[^1].Symbol == symbol && siblings[^1].EndLine == line)
        {
            var again = siblings[^1];
            _frame.Node.Children.RemoveAt(siblings.Count - 1);
            _frame = new Frame(again, indent, symbol, false);
            _frames.Push(_frame);
            return;
        }

        var node = new OutlineNode(_frame.Node.NextLine) { BodyLine = line + 1, DefinitionLine = line, Symbol = symbol, IsContainer = isContainer };
        _frame = new Frame(node, indent, symbol ?? _frame.Prefix, isContainer);
        _frames.Push(_frame);
    }

    private void Close(int endLine)
    {
        var closed = _frames.Pop();
        _frame = _frames.Peek();
        closed.Node.EndLine = Math.Max(endLine, closed.Node.NextLine);
        _frame.Node.Add(closed.Node);
    }

    // A line that is indented deeper than the statement before it goes on with it.
    private void Add(OutlineNode node, int indent)
    {
        var siblings = _frame.Node.Children;
        if (siblings.Count > 0 && siblings[^1].Symbol is null && !siblings[^1].IsContainer && siblings[^1].EndLine >= node.StartLine
            && indent > Columns(Indentation(siblings[^1].DefinitionLine)))
        {
            siblings[^1].EndLine = node.EndLine;
        }
        else
        {
            _frame.Node.Add(node);
        }
    }

    private ReadOnlySpan<char> Indentation(int line)
    {
        var content = _lines[line];
        var blank = content.IndexOfAnyExcept(' ', '\t');
        return blank < 0 ? content : content[..blank];
    }

    private bool IsComment(ReadOnlySpan<char> content)
    {
        foreach (var comment in _lineComments)
        {
            if (content.StartsWith(comment))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsSignature(ReadOnlySpan<char> content) => _language == "erlang" && content.StartsWith("-spec");

    // else, rescue and the like stand at the indentation of what they go on with.
    private static bool IsMiddle(ReadOnlySpan<char> content)
        => content.StartsWith("else") || content.StartsWith("elsif") || content.StartsWith("rescue") || content.StartsWith("ensure")
            || content.StartsWith("elif") || content.StartsWith("catch") || content.StartsWith("{") || content.StartsWith("begin", StringComparison.OrdinalIgnoreCase)
            || content.StartsWith(")");

    // Steps over strings and comments, so that lines inside of them are not read as code.
    private void Mask(int line, int start)
    {
        var end = _lines.Start(line + 1);
        var i = Math.Max(start, _maskedUntil);
        while (i < end)
        {
            var next = _lines.Text.AsSpan(i, end - i).IndexOfAny(_stops);
            if (next < 0)
            {
                break;
            }

            i += next;
            var skipped = _lexer.Openers.Contains(_lines.Text[i], StringComparison.Ordinal) ? _lexer.Skip(i, out _) : i;
            if (skipped > i)
            {
                i = skipped;
                continue;
            }

            if (_joinsBrackets)
            {
                _brackets = Math.Max(0, _brackets + (_lines.Text[i] is '(' or '[' or '{' ? 1 : _lines.Text[i] is ')' or ']' or '}' ? -1 : 0));
            }

            i++;
        }

        _maskedUntil = Math.Max(_maskedUntil, i > end ? i : 0);

        // Brackets that stay open over a definition in the first column were no brackets.
        if (_brackets > 0 && line + 1 < _lines.Count && LineDefinitions.Read(_lines[line + 1], 0, _language) is { Name: not null })
        {
            _brackets = 0;
        }
    }

    private static int Columns(ReadOnlySpan<char> indentation)
    {
        var columns = 0;
        foreach (var unit in indentation)
        {
            columns += unit == '\t' ? TabWidth : 1;
        }

        return columns;
    }
}
