using System.Collections.Frozen;

namespace Synapse.Ingestion.Chunking;

/// <summary>Reads what a line defines, in languages where indentation shows how far a definition reaches.</summary>
internal static class LineDefinitions
{
    private sealed record Words(string Language, string Modifiers, string Functions, string Containers);

    // Words that may stand before; words that begin a function or the like; words that begin something with members.
    private static readonly FrozenDictionary<string, (FrozenSet<string> Modifiers, FrozenSet<string> Functions, FrozenSet<string> Containers)> Rules = new Words[]
    {
        new("python", "async cdef cpdef", "def", "class"),
        new("ruby", "private protected public private_class_method module_function memoize", "def", "class module"),
        new("crystal", "private protected abstract", "def macro fun", "class module struct enum lib"),
        new("elixir", "", "def defp defmacro defmacrop defguard defguardp defdelegate", "defmodule defimpl defprotocol"),
        new("lua", "local", "function", ""),
        new("julia", "mutable @inline @generated abstract primitive", "function macro struct type", "module baremodule"),
        new("bash", "", "function", ""),
        new("fish", "", "function", ""),
        new("perl", "", "sub method", "class role"),
        new("powershell", "", "function filter workflow", "class enum"),
        new("haskell", "", "data newtype type class instance foreign pattern", ""),
        new("ocaml", "", "let and type exception external val method", "module class"),
        new("fsharp", "static override private internal inline rec abstract default", "let and member exception val", "type module namespace"),
        new("vb", "public private protected friend shared overrides overridable mustoverride mustinherit partial async readonly static default", "sub function property event delegate operator", "class module structure interface enum namespace"),
        new("cmake", "", "function macro", ""),
        new("terraform", "", "resource data variable output module provider locals", ""),
        new("protobuf", "", "message enum rpc extend", "service"),
        new("thrift", "", "struct union exception enum typedef const", "service"),
        new("graphql", "extend", "type input interface enum union scalar directive query mutation subscription fragment", ""),
        new("pascal", "class", "procedure function constructor destructor operator", ""),
        new("fortran", "recursive pure elemental integer real logical", "subroutine function program", "module submodule"),
        new("ada", "overriding", "procedure function entry task protected", "package"),
        new("nim", "", "proc func method template macro iterator converter", ""),
        new("verilog", "virtual", "function task interface", "module class package entity architecture"),
        new("sql", "or replace temp temporary global local unlogged materialized unique recursive if not exists create alter definer", "table view function procedure trigger index type sequence schema", ""),
    }.ToFrozenDictionary(
        static words => words.Language,
        static words => (Set(words.Modifiers), Set(words.Functions), Set(words.Containers)),
        StringComparer.Ordinal);

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, without indentation.</param>
    /// <param name="indent">Its indentation, in columns.</param>
    /// <param name="language">The language.</param>
    /// <returns>The name, and whether members follow; null for a line that defines nothing. A name may be missing where members follow.</returns>
    public static (string? Name, bool IsContainer)? Read(ReadOnlySpan<char> line, int indent, string language)
    {
        if (Special(line, indent, language) is { } special)
        {
            return special;
        }

        if (!Rules.TryGetValue(language, out var rules))
        {
            return null;
        }

        var rest = line;
        Span<char> lower = stackalloc char[32];
        for (var count = 0; count < 6; count++)
        {
            var word = Word(rest);
            if (word.Length == 0)
            {
                break;
            }

            var key = word.Length <= lower.Length ? lower[..word.ToLowerInvariant(lower)] : word;
            var exact = language is "vb" or "sql" or "fortran" or "ada" or "pascal" or "powershell" ? key : word;
            if (rules.Containers.GetAlternateLookup<ReadOnlySpan<char>>().Contains(exact))
            {
                return language == "sql" || Name(rest[word.Length..], language) is not { } name ? null : (name, true);
            }

            if (rules.Functions.GetAlternateLookup<ReadOnlySpan<char>>().Contains(exact) && (language != "sql" || count > 0))
            {
                return Name(rest[word.Length..], language) is { } function ? (function, false) : null;
            }

            if (!rules.Modifiers.GetAlternateLookup<ReadOnlySpan<char>>().Contains(exact))
            {
                break;
            }

            rest = rest[word.Length..].TrimStart(" \t");
        }

        return Block(line, language);
    }

    /// <summary>Whether a line ends what began at its indentation.</summary>
    public static bool IsCloser(ReadOnlySpan<char> line)
        => line[0] is '}' or ')' or ']' || (line.StartsWith("end", StringComparison.OrdinalIgnoreCase) && (line.Length == 3 || !char.IsAsciiLetterOrDigit(line[3]) || line.StartsWith("endf", StringComparison.OrdinalIgnoreCase) || line.StartsWith("endm", StringComparison.OrdinalIgnoreCase)))
            || line is "fi" or "done" or "esac";

    // describe "x" do: nothing is defined, but what lies in it may be taken apart.
    private static (string? Name, bool IsContainer)? Block(ReadOnlySpan<char> line, string language)
        => language is "ruby" or "elixir" or "crystal" && (line.EndsWith(" do") || (line.EndsWith("|") && line.Contains(" do |", StringComparison.Ordinal)))
            ? (null, true)
            : null;

    private static (string? Name, bool IsContainer)? Special(ReadOnlySpan<char> line, int indent, string language)
    {
        switch (language)
        {
            case "bash" when Word(line) is { Length: > 0 } name && line[name.Length..].TrimStart().StartsWith("()"):
                return (name.ToString(), false);
            case "lua" or "r" when Assigned(line) is { } name:
                return (name, false);
            case "julia" when indent == 0 && Word(line) is { Length: > 0 } name && line[name.Length..].StartsWith("(") && line.Contains(") = ", StringComparison.Ordinal):
                return (name.ToString(), false);
            case "haskell" when indent == 0 && Word(line) is { Length: > 0 } name && char.IsAsciiLetterLower(name[0]) && (line.Contains("::", StringComparison.Ordinal) || line.Contains('='))
                && name is not ("import" or "module" or "data" or "type" or "newtype" or "class" or "instance" or "deriving" or "infixl" or "infixr" or "infix"):
                return (name.ToString(), false);
            case "erlang" when indent == 0 && Word(line) is { Length: > 0 } name && char.IsAsciiLetterLower(name[0]) && line[name.Length..].StartsWith("("):
                return (name.ToString(), false);
            case "clojure" or "lisp" when indent == 0 && line.StartsWith("(def") && line.IndexOf(' ') is var space and > 0:
                return Name(line[(space + 1)..].TrimStart("(^"), language) is { } defined ? (defined, false) : null;
            case "ruby" when line.StartsWith("class <<"):
                return (null, true);
            case "makefile" when indent == 0 && line.IndexOf(':') is var colon and > 0 && (colon + 1 == line.Length || line[colon + 1] is not '=' and not ':')
                && line[0] is not '.' and not '$' && !line[..colon].Contains('='):
                return (line[..colon].Trim().ToString(), false);
            case "assembly" when indent == 0 && Word(line) is { Length: > 0 } name && line[name.Length..].StartsWith(":"):
                return (name.ToString(), false);
            case "batch" when line.StartsWith(":") && !line.StartsWith("::"):
                return (Word(line[1..]).ToString(), false);
            case "matlab" when line.StartsWith("function "):
                var equals = line.IndexOf('=');
                return Name(equals < 0 ? line["function ".Length..] : line[(equals + 1)..], language) is { } function ? (function, false) : null;
            case "terraform" when line.EndsWith("{") && line.Contains('"'):
                var parts = line.ToString().Split('"');
                return (string.Join('.', parts.Where((_, i) => i % 2 == 1)), false);
            default:
                return null;
        }
    }

    // M.name = function(...), name <- function(...)
    private static string? Assigned(ReadOnlySpan<char> line)
    {
        var function = line.IndexOf("function");
        if (function <= 0)
        {
            return null;
        }

        var before = line[..function].TrimEnd();
        before = before.EndsWith("<-") ? before[..^2] : before.EndsWith("=") ? before[..^1] : [];
        before = before.TrimEnd();
        before = before.StartsWith("local ") ? before[6..].TrimStart() : before;
        return before.Length is > 0 and < 100 && before.IndexOfAny(" ([{,") < 0 ? before.ToString().Replace(':', '.') : null;
    }

    private static string? Name(ReadOnlySpan<char> rest, string language)
    {
        rest = rest.TrimStart(" \t(\"'`[*&");
        if (language == "sql")
        {
            while (Word(rest) is { Length: > 0 } word && (word.Equals("if", StringComparison.OrdinalIgnoreCase) || word.Equals("not", StringComparison.OrdinalIgnoreCase) || word.Equals("exists", StringComparison.OrdinalIgnoreCase)))
            {
                rest = rest[word.Length..].TrimStart(" \t(\"'`[");
            }
        }
        else if (language is "ocaml" or "fsharp" or "nim")
        {
            while (Word(rest) is "rec" or "inline" or "mutable" or "private" or "internal" or "nonrec" or "virtual" or "type")
            {
                rest = rest[Word(rest).Length..].TrimStart();
            }
        }

        var length = 0;
        while (length < rest.Length && IsPart(rest[length], language))
        {
            length++;
        }

        if (length == 0)
        {
            return null;
        }

        var name = rest[..length].TrimEnd(":.-").ToString().Replace("::", ".", StringComparison.Ordinal);
        return language switch
        {
            "ruby" or "crystal" or "python" when name.StartsWith("self.", StringComparison.Ordinal) => name["self.".Length..],
            "lua" => name.Replace(':', '.'),
            "fsharp" when name.Contains('.') => name[(name.LastIndexOf('.') + 1)..],
            _ => name.Length == 0 ? null : name,
        };
    }

    private static bool IsPart(char unit, string language)
        => char.IsLetterOrDigit(unit) || unit is '_' or '.'
            || (unit is '?' or '!' or ':' or '=' or '<' or '>' or '[' or ']' && language is "ruby" && unit is not ('<' or '[' or ']' or '>' or '='))
            || (unit is ':' && language is "lua" or "perl" or "crystal" && unit is ':')
            || (unit is '?' or '!' && language is "elixir" or "julia" or "crystal")
            || (unit is '-' && language is "powershell" or "clojure" or "lisp" or "bash" or "fish" && unit is '-')
            || (unit is '!' or '?' or '*' or '<' or '>' or '/' or '+' or '=' && language is "clojure" or "lisp" && !char.IsWhiteSpace(unit) && unit is not (')' or '(' or '[' or ']' or '{' or '"'))
            || (unit is '\'' && language is "haskell" or "ocaml" or "fsharp" && unit is '\'');

    private static ReadOnlySpan<char> Word(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && (char.IsLetterOrDigit(text[length]) || text[length] is '_' or '@' or '\'' or '-' or '.'))
        {
            length++;
        }

        return text[..length];
    }

    private static FrozenSet<string> Set(string words)
        => words.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
