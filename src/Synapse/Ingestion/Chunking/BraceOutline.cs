using System.Buffers;
using System.Collections.Concurrent;

namespace Synapse.Ingestion.Chunking;

/// <summary>Finds the definitions of a language with braces, by its braces. Never recurses, and looks into classes and the like only, not into functions.</summary>
internal sealed class BraceOutline
{
    /// <summary>How deep classes and name spaces are followed; what lies deeper is taken as a whole.</summary>
    public const int MaxDepth = 32;

    private const int LookBack = 512;
    private const int LookAhead = 256;

    // A statement goes on after a line that ends, or before one that begins, with one of these.
    private const string LeavesOpen = ",=+-*/&|<([{:?\\.";
    private const string GoesOn = "{.):=?&|+*/%<,]";

    private static readonly SearchValues<char> Blank = SearchValues.Create(" \t\n\f\v");
    private static readonly SearchValues<char> BeforeStatement = SearchValues.Create(" \t\n\f\v,");
    private static readonly ConcurrentDictionary<string, (SearchValues<char>, SearchValues<char>, SearchValues<char>)> StopsByOpeners = new();

    private sealed record Frame(OutlineNode Node, string? Prefix, int Parentheses, bool IsClass, bool GoesOn, bool NamesAfter);

    private readonly string _text;
    private readonly LineMap _lines;
    private readonly CodeSyntax _syntax;
    private readonly CodeLexer _lexer;
    private readonly HeaderReader _headers;
    private readonly SearchValues<char> _memberStops;
    private readonly SearchValues<char> _bodyStops;
    private readonly SearchValues<char> _openers;
    private readonly Stack<Frame> _frames = new();
    private readonly OutlineNode _file = new(0) { IsContainer = true };
    private Frame _frame;
    private int _boundary;
    private int _line;
    private int _parentheses;
    private bool _blockTaken;
    private bool _isUnbalanced;
    private bool _hasOpenBranch;
    private string? _pending;
    private int _pendingLine;

    private BraceOutline(LineMap lines, CodeSyntax syntax, string language)
    {
        _text = lines.Text;
        _lines = lines;
        _syntax = syntax;
        _lexer = new CodeLexer(_text, syntax);
        _headers = new HeaderReader(_text, syntax, language, _lexer);
        (_memberStops, _bodyStops, _openers) = Stops(_lexer.Openers);
        _frame = new Frame(_file, null, 0, false, false, false);
        _frames.Push(_frame);
    }

    /// <summary>Makes the outline of a text.</summary>
    public static OutlineNode Of(LineMap lines, CodeSyntax syntax, string language)
    {
        var outline = new BraceOutline(lines, syntax, language);
        outline.Run();
        return outline._file;
    }

    private static (SearchValues<char> Member, SearchValues<char> Body, SearchValues<char> Openers) Stops(string openers)
        => StopsByOpeners.GetOrAdd(openers, static openers => (
            SearchValues.Create(openers + "{}()[];\n"), SearchValues.Create(openers + "{}"), SearchValues.Create(openers)));

    private void Run()
    {
        var i = 0;
        while (i < _text.Length)
        {
            var next = _text.AsSpan(i).IndexOfAny(_memberStops);
            if (next < 0)
            {
                break;
            }

            i = TakeStop(i + next);
        }

        if (_pending is not null || !IsBlank(_boundary, _text.Length))
        {
            EndStatement(_text.Length);
        }

        while (_frames.Count > 1)
        {
            CloseFrame(_text.Length - 1);
        }

        _file.EndLine = _lines.Count;
    }

    private int TakeStop(int at)
    {
        if (_openers.Contains(_text[at]))
        {
            var end = _lexer.Skip(at, out var isComment);
            if (end > at)
            {
                if (isComment && IsBlank(_boundary, at))
                {
                    TakeMacro(at, end);
                    _boundary = end;
                }

                return end;
            }
        }

        switch (_text[at])
        {
            case '(' or '[':
                _parentheses++;
                break;
            case ')' or ']':
                _parentheses = Math.Max(_frame.Parentheses, _parentheses - 1);
                break;
            case '{':
                return OpenBrace(at);
            case '}':
                CloseBrace(at);
                break;
            case ';' when _parentheses == _frame.Parentheses:
                EndStatement(at + 1);
                break;
            case '\n' when _syntax.NewlineEnds && _parentheses == _frame.Parentheses:
                TakeNewline(at);
                break;
        }

        return at + 1;
    }

    private void TakeMacro(int at, int end)
    {
        if (_syntax.HasPreprocessor && !_syntax.DeclarationsDefine && _text.AsSpan(at, end - at).StartsWith("#define "))
        {
            var name = _text.AsSpan(at + 8, end - at - 8).TrimStart();
            var length = name.IndexOfAny(" (\t");
            if (length > 0 && name[length] == '(')
            {
                _boundary = at;
                Pend(name[..length].ToString(), at);
                EndStatement(end);
            }
        }
    }

    private int OpenBrace(int at)
    {
        if (_blockTaken || IsOperand(at))
        {
            return SkipBlock(at);
        }

        var start = StatementStart(at);
        var header = _headers.ReadBlock(start, at);
        if (header.Kind is HeaderKind.Container or HeaderKind.Namespace or HeaderKind.Wrapper && _frames.Count < MaxDepth)
        {
            OpenFrame(header, start, at);
            return at + 1;
        }

        if (header.Kind == HeaderKind.Function || (header.Kind == HeaderKind.Container && header.Name is not null))
        {
            Pend(Qualify(header.Name), start);
        }

        var end = SkipBlock(at);
        if (header.GoesOn || _parentheses > _frame.Parentheses)
        {
            _blockTaken = true;
        }
        else
        {
            _blockTaken = true;
            EndStatement(end);
        }

        return end;
    }

    // Between parentheses, a brace that follows neither a parameter list nor an arrow is a value: f(a = { ... }).
    private bool IsOperand(int at)
    {
        if (_parentheses == _frame.Parentheses)
        {
            return false;
        }

        var before = _text.AsSpan(Math.Max(_boundary, at - LookBack), at - Math.Max(_boundary, at - LookBack)).TrimEnd();
        return before.Length > 0 && before[^1] is '=' or '(' or ',' or ':' or '[' or '?';
    }

    private void OpenFrame(Header header, int start, int at)
    {
        _line = _lines.LineOf(at, _line);
        var symbol = header.Kind == HeaderKind.Container ? Qualify(header.Name) : null;
        var node = new OutlineNode(_frame.Node.NextLine)
        {
            BodyLine = Math.Max(_line + 1, _frame.Node.NextLine),
            DefinitionLine = LineAt(start),
            Symbol = symbol,
            IsContainer = true,
        };
        _frame = new Frame(node, symbol ?? _frame.Prefix, _parentheses, header.Kind == HeaderKind.Container, header.GoesOn, header.Name is null && header.GoesOn);
        _frames.Push(_frame);
        _boundary = at + 1;
        _blockTaken = false;
    }

    private void CloseBrace(int at)
    {
        if (_pending is not null || (_syntax.NewlineEnds && !_blockTaken && StatementStart(at) < at))
        {
            EndStatement(at);
        }

        if (_frames.Count == 1)
        {
            _boundary = at + 1;
            _blockTaken = false;
            return;
        }

        CloseFrame(at);
    }

    private void CloseFrame(int at)
    {
        var closed = _frames.Pop();
        _frame = _frames.Peek();
        _line = _lines.LineOf(Math.Max(at, 0), _line);
        closed.Node.EndLine = Math.Max(_line + 1, closed.Node.NextLine);
        if (closed is { NamesAfter: true, IsClass: true, Node.Symbol: null } && NameAfter(at + 1) is { } name)
        {
            closed.Node.Symbol = Qualify(name);
        }

        _frame.Node.Add(closed.Node);
        _parentheses = closed.Parentheses;
        _boundary = at + 1;
        _blockTaken = closed.GoesOn && _parentheses > _frame.Parentheses;
    }

    // typedef struct { ... } name;
    private string? NameAfter(int at)
    {
        var rest = _text.AsSpan(at, Math.Min(LookAhead, _text.Length - at)).TrimStart(" \t\n*");
        var length = rest.IndexOfAny(";, \n");
        return length > 0 && char.IsAsciiLetter(rest[0]) ? rest[..length].ToString() : null;
    }

    private void TakeNewline(int at)
    {
        var start = StatementStart(at);
        if (start >= at)
        {
            _boundary = at + 1;
            return;
        }

        if (_text[start] == '@' && at + 1 < _text.Length && _text[at + 1] != '\n')
        {
            return;
        }

        var rest = _text.AsSpan(at + 1, Math.Min(LookAhead, _text.Length - at - 1));
        var indent = rest.IndexOfAnyExcept(" \t");
        if (indent >= 0 && rest[indent] != '\n')
        {
            var column = Math.Max(0, start - LineStart(start));
            var last = _text[at - 1];
            if (indent > column || GoesOn.Contains(rest[indent], StringComparison.Ordinal) || LeavesOpen.Contains(last, StringComparison.Ordinal))
            {
                return;
            }
        }

        EndStatement(at);
    }

    private void EndStatement(int end)
    {
        var start = StatementStart(end);
        if (_pending is null && !_blockTaken && start < end && _headers.ReadStatement(start, end, _frame.IsClass) is { } name)
        {
            Pend(Qualify(name), start);
        }

        _line = _lines.LineOf(Math.Max(0, end - 1), _line);
        var first = _frame.Node.NextLine;
        if (_line + 1 > first || _pending is not null)
        {
            _frame.Node.Add(new OutlineNode(first)
            {
                EndLine = Math.Max(_line + 1, first),
                DefinitionLine = _pending is null ? first : _pendingLine,
                Symbol = _pending,
            });
        }

        _pending = null;
        _blockTaken = false;
        _boundary = end;
        _parentheses = _frame.Parentheses;
    }

    private void Pend(string? symbol, int start)
    {
        if (symbol is not null && _pending is null)
        {
            _pending = symbol;
            _pendingLine = LineAt(start);
        }
    }

    private string? Qualify(string? name)
        => name is null ? null
            : _frame.Prefix is not { } prefix ? name
            : name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length && name[prefix.Length] == '.' ? name
            : $"{prefix}.{name}";

    // From an opening brace to behind its partner.
    private int SkipBlock(int at)
    {
        if (_isUnbalanced)
        {
            return SkipToColumnZero(at);
        }

        var depth = 0;
        var i = at;
        while (i < _text.Length)
        {
            var next = _text.AsSpan(i).IndexOfAny(_bodyStops);
            if (next < 0)
            {
                break;
            }

            i += next;
            var unit = _text[i];
            if (unit == '{')
            {
                depth++;
            }
            else if (unit == '}')
            {
                if (--depth == 0)
                {
                    return i + 1;
                }
            }
            else if (_lexer.Skip(i, out _) is var end && end > i)
            {
                i = unit == '#' && _syntax.HasPreprocessor ? SkipOtherBranch(i, end) : end;
                continue;
            }

            i++;
        }

        _isUnbalanced = true;
        return SkipToColumnZero(at);
    }

    // Braces that do not match, by macros or by a part of the language that is not known here: trust the layout instead.
    private int SkipToColumnZero(int at)
    {
        var end = _text.AsSpan(at).IndexOf("\n}");
        return end < 0 ? _text.Length : at + end + 2;
    }

    // Of #if ... #else ... #endif one branch is the program; two would open the same brace twice.
    private int SkipOtherBranch(int at, int end)
    {
        var directive = _text.AsSpan(at + 1, end - at - 1).TrimStart();
        if (_hasOpenBranch || (!directive.StartsWith("else") && !directive.StartsWith("elif")))
        {
            return end;
        }

        var depth = 1;
        var i = end;
        while (i < _text.Length)
        {
            var next = _text.AsSpan(i).IndexOf("\n");
            if (next < 0)
            {
                break;
            }

            i += next + 1;
            var line = _text.AsSpan(i, Math.Min(LookAhead, _text.Length - i)).TrimStart(" \t");
            if (line.StartsWith("#"))
            {
                line = line[1..].TrimStart(" \t");
                depth += line.StartsWith("if") ? 1 : line.StartsWith("endif") ? -1 : 0;
                if (depth == 0)
                {
                    return i;
                }
            }
        }

        _hasOpenBranch = true;
        return end;
    }

    private int LineAt(int offset) => _lines.LineOf(offset, Math.Min(_line, _frame.Node.NextLine) is var hint && hint < _lines.Count && _lines.Start(hint) <= offset ? hint : 0);

    private int StatementStart(int end)
    {
        var blank = _text.AsSpan(_boundary, end - _boundary).IndexOfAnyExcept(BeforeStatement);
        return blank < 0 ? end : _boundary + blank;
    }

    private bool IsBlank(int start, int end) => _text.AsSpan(start, end - start).IndexOfAnyExcept(Blank) < 0;

    private int LineStart(int offset)
    {
        var from = Math.Max(0, offset - LookBack);
        return from + _text.AsSpan(from, offset - from).LastIndexOf('\n') + 1;
    }
}
