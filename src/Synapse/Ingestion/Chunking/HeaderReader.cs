using System.Collections.Frozen;

namespace Synapse.Ingestion.Chunking;

/// <summary>Reads the start of a statement of a language with braces: is it a class, a function, something else, and what is its name?</summary>
internal sealed class HeaderReader(string text, CodeSyntax syntax, string language, CodeLexer lexer)
{
    private const int MaxHeader = 2_000;
    private const int MaxGenerics = 400;

    private static readonly FrozenSet<string> Containers = FrozenSet.Create(
        StringComparer.Ordinal, "class", "struct", "interface", "enum", "trait", "union", "record", "object", "protocol", "extension", "impl", "contract",
        "library", "mixin", "actor", "message", "service", "type", "typealias", "input", "resource", "annotation", "@interface", "@implementation", "@protocol", "opaque");

    private static readonly FrozenSet<string> Namespaces = FrozenSet.Create(StringComparer.Ordinal, "namespace", "module", "mod", "package");

    private static readonly FrozenSet<string> Functions = FrozenSet.Create(
        StringComparer.Ordinal, "func", "function", "fn", "fun", "def", "sub", "proc", "macro_rules", "rpc", "modifier");

    private static readonly FrozenSet<string> Controls = FrozenSet.Create(
        StringComparer.Ordinal, "if", "else", "for", "foreach", "while", "do", "switch", "case", "catch", "try", "finally", "using", "lock", "return", "new",
        "throw", "synchronized", "sizeof", "typeof", "await", "yield", "match", "when", "with", "unless", "guard", "defer", "repeat", "loop", "unsafe", "go",
        "select", "assert", "import", "export", "default", "goto", "delete", "require", "include", "elif", "elseif", "declare", "static_assert",
        "noexcept", "use", "print", "echo", "super", "this", "base", "where", "checked", "fixed", "comptime", "errdefer");

    private static readonly FrozenSet<string> Modifiers = FrozenSet.Create(
        StringComparer.Ordinal, "public", "private", "protected", "internal", "static", "final", "abstract", "override", "virtual", "async", "sealed", "partial",
        "readonly", "const", "export", "default", "declare", "open", "inner", "inline", "extern", "unsafe", "pub", "get", "set", "companion", "data", "case",
        "fileprivate", "mutating", "suspend", "tailrec", "operator", "infix", "implicit", "lazy", "required", "convenience", "lateinit", "value", "extend");

    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _containers = Containers.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _namespaces = Namespaces.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _functions = Functions.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _controls = Controls.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _modifiers = Modifiers.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly bool _isC = language is "c" or "cpp" or "objectivec" or "glsl";
    private readonly bool _isScript = language is "javascript" or "typescript" or "vue";

    // What one pass over the header finds.
    private struct Facts
    {
        public Range Keyword;
        public Range KeywordName;
        public Range Call;
        public Range Last;
        public Range BeforeAssignment;
        public Range BeforeColon;
        public char KeywordKind;
        public int Words;
        public int Depth;
        public bool IsControl;
        public bool HasAssignment;
        public bool HasArrow;
        public bool HasColon;
        public bool HasTypedef;
        public bool WordAfterKeywordName;
        public bool AssignsFunction;
        public bool AssignsClass;
        public bool HasParentheses;
    }

    /// <summary>Reads what stands before a block.</summary>
    /// <param name="start">First offset of the statement.</param>
    /// <param name="end">Offset of the opening brace.</param>
    public Header ReadBlock(int start, int end)
    {
        var facts = Scan(start, Math.Min(end, start + MaxHeader));
        if (facts.KeywordKind == 'n')
        {
            return new Header(HeaderKind.Namespace, null);
        }

        if (facts.KeywordKind == 'c' && IsContainer(facts))
        {
            return new Header(HeaderKind.Container, NameOf(facts.KeywordName), facts.HasTypedef || facts.Depth > 0);
        }

        if (facts.KeywordKind == 'f' && !(facts.HasAssignment && _isScript))
        {
            // prop: function () {
            var named = facts.KeywordName.End.Value == 0 && _isScript && facts.HasColon ? facts.BeforeAssignment : facts.KeywordName;
            return named.End.Value > 0
                ? new Header(HeaderKind.Function, text[named].Replace("::", ".", StringComparison.Ordinal), facts.Depth > 0)
                : Wrapper(facts);
        }

        if (facts.IsControl)
        {
            return new Header(HeaderKind.Other, null);
        }

        if (facts.HasAssignment || (_isScript && facts.HasColon && !facts.HasParentheses))
        {
            return Assigned(facts);
        }

        if (NameOf(facts.Call) is { } method && facts.Depth == 0)
        {
            // A call of one word with a block is a definition only where definitions look like that.
            return facts.Words > 1 || _isScript || facts.HasColon || syntax.HasProperties || language is "java" or "dart" or "cpp" or "solidity" or "d"
                ? new Header(HeaderKind.Function, method)
                : Wrapper(facts);
        }

        if (language is "swift" && (IsWord(facts.Last, "init") || IsWord(facts.Last, "deinit")))
        {
            return new Header(HeaderKind.Function, NameOf(facts.Last));
        }

        return syntax.HasProperties && facts.Words > 1 && !facts.HasParentheses && facts.Depth == 0
            ? new Header(HeaderKind.Function, NameOf(facts.HasColon ? facts.BeforeColon : facts.Last))
            : Wrapper(facts);
    }

    /// <summary>Reads a statement without a block.</summary>
    /// <param name="start">First offset of the statement.</param>
    /// <param name="end">One past its last offset.</param>
    /// <param name="inClass">Whether it stands directly in a class or the like.</param>
    /// <returns>The name that it defines, or null.</returns>
    public string? ReadStatement(int start, int end, bool inClass)
    {
        var facts = Scan(start, Math.Min(end, start + MaxHeader));
        if (facts.HasTypedef && _isC)
        {
            return facts.HasParentheses ? null : NameOf(facts.Last);
        }

        if (!syntax.DeclarationsDefine || facts.IsControl)
        {
            return null;
        }

        if (facts.KeywordKind is 'c' or 'f')
        {
            return facts.KeywordKind == 'f' && facts.KeywordName.End.Value > 0 ? text[facts.KeywordName] : NameOf(facts.KeywordName);
        }

        if (facts.HasAssignment)
        {
            return _isScript && (facts.HasArrow || facts.AssignsFunction) ? NameOf(facts.BeforeAssignment) : null;
        }

        if (syntax.HasProperties && facts.HasArrow && facts.BeforeAssignment.End.Value > 0 && facts.BeforeAssignment.End.Value <= facts.Call.Start.Value)
        {
            return facts.Words > 1 ? NameOf(facts.BeforeAssignment) : null;
        }

        if (NameOf(facts.Call) is { } method)
        {
            var isDeclaration = inClass ? facts.Words > 1 || language == "typescript" : language == "csharp" && facts.Words > 2;
            return isDeclaration || (facts.HasArrow && facts.Words > 1) ? method : null;
        }

        return syntax.HasProperties && facts.HasArrow && facts.Words > 1 ? NameOf(facts.BeforeAssignment) : null;
    }

    private Header Wrapper(in Facts facts)
        => syntax.HasCallbacks && (facts.HasParentheses || facts.Depth > 0)
            ? new Header(HeaderKind.Wrapper, null, true)
            : new Header(HeaderKind.Other, null, facts.Depth > 0);

    private Header Assigned(in Facts facts)
    {
        var name = NameOf(facts.BeforeAssignment);
        if (!_isScript)
        {
            return facts.AssignsClass && language == "zig" ? new Header(HeaderKind.Container, name, true) : new Header(HeaderKind.Other, null, true);
        }

        if (facts.AssignsClass)
        {
            return new Header(HeaderKind.Container, name, true);
        }

        if (facts.HasArrow || facts.AssignsFunction)
        {
            // module.exports = function (...) { is a wrapper; x = factory(function () { is one too, when it is large, but has a name.
            return name is null or "exports" ? new Header(HeaderKind.Wrapper, null, true) : new Header(HeaderKind.Function, name, true);
        }

        return facts.Depth == 0 ? new Header(HeaderKind.Container, name is "exports" ? null : name, true) : new Header(HeaderKind.Other, null, true);
    }

    private bool IsContainer(in Facts facts)
    {
        // struct point *make_point(int x) { returns a struct; class API Name : Base { defines one.
        if (_isC && ((facts.Call.End.Value > facts.KeywordName.End.Value && facts.HasParentheses && !facts.HasColon && facts.WordAfterKeywordName) || (facts.HasAssignment && !facts.HasTypedef)))
        {
            return false;
        }

        return !facts.HasAssignment || language is "zig" or "go" || facts.BeforeAssignment.Start.Value > facts.Keyword.Start.Value || facts.HasTypedef;
    }

    private Facts Scan(int start, int end)
    {
        var facts = default(Facts);
        var i = start;
        var afterDot = false;
        while (i < end)
        {
            var unit = text[i];
            if (char.IsWhiteSpace(unit))
            {
                i++;
                continue;
            }

            if (IsNameStart(unit))
            {
                var wordStart = i;
                while (i < end && IsNamePart(text[i]))
                {
                    i++;
                }

                if (facts.Depth == 0)
                {
                    TakeWord(ref facts, wordStart, i, afterDot);
                }

                afterDot = false;
                continue;
            }

            var skipped = lexer.Openers.Contains(unit, StringComparison.Ordinal) ? lexer.Skip(i, out _) : i;
            if (skipped > i)
            {
                i = skipped;
                continue;
            }

            i = TakeSign(ref facts, i, end);
            afterDot = unit is '.' or ':' or '~' && i > start + 1;
        }

        return facts;
    }

    private void TakeWord(ref Facts facts, int start, int end, bool afterDot)
    {
        var word = text.AsSpan(start, end - start);
        facts.Words++;
        if (facts.HasAssignment)
        {
            facts.AssignsFunction |= word is "function";
            facts.AssignsClass |= word is "class" or "struct" or "enum" or "union" or "opaque";
            if (language == "zig" && facts.AssignsClass && facts.KeywordKind == 0)
            {
                facts.KeywordName = facts.BeforeAssignment;
            }

            return;
        }

        // "A::b" and "a.b" are one name.
        var isQualified = afterDot && facts.Last.End.Value > 0 && start - facts.Last.End.Value is 1 or 2 or 3
            && text.AsSpan(facts.Last.End.Value, start - facts.Last.End.Value) is "." or "::" or "::~";
        var range = isQualified ? new Range(facts.Last.Start, end) : new Range(start, end);
        if (facts.Words == 1 && _controls.Contains(word) && word is not ("export" or "default" or "unsafe" or "declare" or "case" or "fixed" or "static_assert"))
        {
            facts.IsControl = true;
        }

        facts.HasTypedef |= word is "typedef";
        if (facts.KeywordKind == 0 && !facts.HasParentheses && !isQualified && KindOf(word, facts) is var kind && kind != 0)
        {
            facts.KeywordKind = kind;
            facts.Keyword = range;

            // Go has the name before: type Name struct.
            if (language == "go" && word is "type")
            {
                return;
            }
        }
        else if (facts.KeywordKind == 'f' && afterDot && !isQualified && !facts.HasParentheses && language == "kotlin")
        {
            // fun List<T>.second()
            facts.KeywordName = range;
        }
        else if (facts.KeywordKind != 0)
        {
            TakeNameAfterKeyword(ref facts, word, range, isQualified);
        }

        facts.Last = range;
    }

    private char KindOf(ReadOnlySpan<char> word, in Facts facts)
    {
        if (_namespaces.Contains(word))
        {
            return word is "module" or "package" && facts.Words > 2 ? '\0' : 'n';
        }

        if (_functions.Contains(word))
        {
            return _isC || language is "java" or "csharp" ? '\0' : 'f';
        }

        if (!_containers.Contains(word))
        {
            return word is "constructor" && language is "kotlin" ? 'f' : '\0';
        }

        // Words that are keywords in some languages and ordinary names in others.
        return word switch
        {
            "type" => language is "go" or "typescript" or "rust" or "scala" or "graphql" or "swift" or "haskell" ? 'c' : '\0',
            "record" => language is "csharp" or "java" ? 'c' : '\0',
            "object" => language is "kotlin" or "scala" ? 'c' : '\0',
            "union" => language is "c" or "cpp" or "rust" or "zig" or "graphql" or "thrift" ? 'c' : '\0',
            "message" or "service" => language is "protobuf" or "thrift" ? 'c' : '\0',
            "protocol" or "extension" => language is "swift" or "csharp" or "dart" ? 'c' : '\0',
            "library" or "contract" => language is "solidity" ? 'c' : '\0',
            "actor" => language is "swift" ? 'c' : '\0',
            "input" => language is "graphql" ? 'c' : '\0',
            "resource" or "annotation" or "opaque" or "mixin" => language is "dart" ? 'c' : '\0',
            "impl" => language is "rust" ? 'c' : '\0',
            "trait" => language is "rust" or "scala" or "php" or "groovy" ? 'c' : '\0',
            "interface" => language is "c" ? '\0' : 'c',
            "class" => language is "c" or "rust" or "go" or "zig" ? '\0' : 'c',
            "struct" or "enum" => language is "javascript" or "kotlin" && word is "struct" ? '\0' : 'c',
            _ => 'c',
        };
    }

    private void TakeNameAfterKeyword(ref Facts facts, ReadOnlySpan<char> word, Range range, bool isQualified)
    {
        var hasName = facts.KeywordName.End.Value > 0;
        if (isQualified && hasName && facts.KeywordName.Start.Value == range.Start.Value)
        {
            facts.KeywordName = range;
        }
        else if (!hasName)
        {
            // enum class Name, data class Name, record struct Name, fun interface Name, companion object Name
            if (facts.KeywordKind == 'f' && facts.HasParentheses)
            {
                return;
            }

            if (_containers.Contains(word) && KindOf(word, facts) == 'c')
            {
                facts.KeywordKind = 'c';
            }
            else if (!_modifiers.Contains(word) && word is not ("extends" or "implements" or "for" or "mut" or "dyn" or "unsafe") || facts.KeywordKind == 'f')
            {
                facts.KeywordName = range;
            }
        }
        else if (word is "for" && language == "rust" && IsWord(facts.Keyword, "impl"))
        {
            // impl Trait for Type: the type is what the methods belong to.
            facts.KeywordName = default;
        }
        else
        {
            facts.WordAfterKeywordName = true;
            if (_isC && !facts.HasColon && !facts.HasParentheses && word is not "final")
            {
                // class API Name: the last word before the colon.
                facts.KeywordName = facts.HasTypedef ? facts.KeywordName : range;
            }
        }
    }

    private int TakeSign(ref Facts facts, int at, int end)
    {
        var unit = text[at];
        switch (unit)
        {
            case '(' when facts.Depth == 0 && facts.Last.End.Value > 0
                && text.AsSpan()[facts.Last] is "pub" or "private" or "fileprivate" or "internal" or "__attribute__" or "__declspec" or "alignas" or "decltype":
                // pub(crate), private(set), __attribute__((x)): what goes with a modifier is no call.
                return SkipGroup(at, end, '(', ')');
            case '(':
                if (facts.Depth == 0 && !facts.HasAssignment)
                {
                    if (!facts.HasParentheses && facts.Last.End.Value > 0 && !IsReceiver(facts))
                    {
                        facts.Call = facts.Last;
                        facts.IsControl |= _controls.Contains(text.AsSpan()[facts.Last]) && text.AsSpan()[facts.Last] is not ("delete" or "import" or "with" or "select" or "go" or "match" or "require" or "include" or "print" or "echo" or "default" or "this");
                    }

                    facts.HasParentheses |= !IsReceiver(facts);
                }

                facts.Depth++;
                return at + 1;
            case '[' when facts.Words == 0 && facts.Depth == 0:
                return SkipGroup(at, end, '[', ']');
            case '#' when language == "rust" && facts.Words == 0 && at + 1 < end && text[at + 1] is '[' or '!':
                return SkipGroup(text.IndexOf('[', at, end - at) is var bracket && bracket >= 0 ? bracket : at, end, '[', ']');
            case '@' when facts.Depth == 0 && !facts.HasAssignment:
                return SkipAnnotation(at, end);
            case '[':
                facts.Depth++;
                return at + 1;
            case ')' or ']':
                facts.Depth = Math.Max(0, facts.Depth - 1);
                return at + 1;
            case '<' when facts.Depth == 0 && !facts.HasAssignment:
                return SkipGenerics(at, end);
            case '=' when facts.Depth == 0 || _isScript:
                return TakeEquals(ref facts, at, end);
            case ':' when facts.Depth == 0:
                if (at + 1 < end && text[at + 1] == ':')
                {
                    return at + 2;
                }

                facts.BeforeColon = facts.HasColon ? facts.BeforeColon : facts.Last;
                facts.HasColon = true;
                if (_isScript && !facts.HasAssignment && !facts.HasParentheses && facts.BeforeAssignment.End.Value == 0)
                {
                    facts.BeforeAssignment = facts.Last;
                }

                return at + 1;
            default:
                return at + 1;
        }
    }

    private int TakeEquals(ref Facts facts, int at, int end)
    {
        var next = at + 1 < end ? text[at + 1] : '\0';
        if (next == '>')
        {
            facts.HasArrow = true;
            if (facts.Depth == 0 && !facts.HasAssignment && facts.BeforeAssignment.End.Value == 0)
            {
                facts.BeforeAssignment = facts.Last;
            }

            return at + 2;
        }

        if (next == '=' || facts.Depth > 0)
        {
            return at + (next == '=' ? 2 : 1);
        }

        if (IsWord(facts.Last, "operator"))
        {
            return at + 1;
        }

        if (!facts.HasAssignment)
        {
            facts.HasAssignment = !(facts.HasParentheses && facts.HasArrow);
            facts.BeforeAssignment = _isScript && facts.HasColon && facts.BeforeAssignment.End.Value > 0 ? facts.BeforeAssignment : facts.Last;
        }

        return at + 1;
    }

    // Go puts the receiver between func and the name: func (r *Reader) Read(
    private bool IsReceiver(in Facts facts) => language == "go" && facts.KeywordKind == 'f' && facts.KeywordName.End.Value == 0;

    private int SkipGroup(int at, int end, char open, char close)
    {
        var depth = 0;
        for (var i = at; i < end; i++)
        {
            depth += text[i] == open ? 1 : text[i] == close ? -1 : 0;
            if (depth <= 0)
            {
                return i + 1;
            }
        }

        return at + 1;
    }

    private int SkipAnnotation(int at, int end)
    {
        var i = at + 1;
        while (i < end && (IsNamePart(text[i]) || text[i] is '.' or ':'))
        {
            i++;
        }

        // @interface of Java and Objective-C is a keyword.
        if (text.AsSpan(at, i - at) is "@interface" or "@implementation" or "@protocol")
        {
            return at + 1;
        }

        return i < end && text[i] == '(' ? SkipGroup(i, end, '(', ')') : i;
    }

    private int SkipGenerics(int at, int end)
    {
        var depth = 0;
        for (var i = at; i < Math.Min(end, at + MaxGenerics); i++)
        {
            switch (text[i])
            {
                case '<':
                    depth++;
                    break;
                case '>' when text[i - 1] is not ('-' or '='):
                    if (--depth == 0)
                    {
                        return i + 1;
                    }

                    break;
                case ';' or '{' or '}':
                    return at + 1;
            }
        }

        return at + 1;
    }

    private string? NameOf(Range range)
    {
        if (range.End.Value == 0)
        {
            return null;
        }

        var name = text.AsSpan()[range];
        if (_controls.Contains(name) && name is not ("delete" or "import" or "with" or "select" or "go" or "match" or "require" or "include" or "print" or "echo" or "default" or "use" or "this"))
        {
            return null;
        }

        if (name.Contains("::", StringComparison.Ordinal))
        {
            return name.ToString().Replace("::", ".", StringComparison.Ordinal);
        }

        // X.prototype.f and exports.f
        if (_isScript && name.Contains('.'))
        {
            var parts = name.ToString().Replace(".prototype.", ".", StringComparison.Ordinal);
            return parts.StartsWith("module.", StringComparison.Ordinal) ? parts["module.".Length..]
                : parts.StartsWith("exports.", StringComparison.Ordinal) ? parts["exports.".Length..]
                : parts.StartsWith("this.", StringComparison.Ordinal) ? parts["this.".Length..]
                : parts;
        }

        return name.ToString();
    }

    private bool IsWord(Range range, string word) => range.End.Value > 0 && text.AsSpan()[range].SequenceEqual(word);

    private static bool IsNameStart(char unit) => char.IsAsciiLetter(unit) || unit is '_' or '$' || (unit >= 128 && char.IsLetter(unit));

    private static bool IsNamePart(char unit) => char.IsAsciiLetterOrDigit(unit) || unit is '_' or '$' || (unit >= 128 && char.IsLetterOrDigit(unit));
}
