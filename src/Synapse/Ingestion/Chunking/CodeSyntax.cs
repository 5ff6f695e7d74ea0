using System.Collections.Frozen;

namespace Synapse.Ingestion.Chunking;

/// <summary>The kinds of string literals of a language. Those of one line end with it at the latest.</summary>
[Flags]
internal enum Quotes
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>"..." with backslash escapes, within one line.</summary>
    Double = 1,

    /// <summary>'...' with backslash escapes, within one line.</summary>
    Single = 2,

    /// <summary>'x' as one character; an apostrophe that is no such literal stands for itself.</summary>
    Character = 4,

    /// <summary>`...` over several lines.</summary>
    Backtick = 8,

    /// <summary>`...` over several lines, with ${...} in it.</summary>
    Template = 16,

    /// <summary>"""...""" over several lines.</summary>
    TripleDouble = 32,

    /// <summary>'''...''' over several lines.</summary>
    TripleSingle = 64,

    /// <summary>@"..." of C# over several lines.</summary>
    Verbatim = 128,

    /// <summary>R"x(...)x" of C++.</summary>
    CppRaw = 256,

    /// <summary>r#"..."# of Rust.</summary>
    RustRaw = 512,

    /// <summary>[[...]] and [=[...]=] of Lua.</summary>
    LongBrackets = 1_024,

    /// <summary>/.../ of JavaScript where an operand may stand.</summary>
    Regex = 2_048,

    /// <summary>&lt;&lt;NAME up to a line NAME.</summary>
    Heredoc = 4_096,

    /// <summary>$tag$...$tag$ of PostgreSQL.</summary>
    Dollar = 8_192,

    /// <summary>@"..."@ over several lines, of PowerShell.</summary>
    HereString = 16_384,
}

/// <summary>How a language is written, as far as finding definitions needs it.</summary>
internal sealed record CodeSyntax
{
    private const Quotes CQuotes = Quotes.Double | Quotes.Character;

    /// <summary>What begins a comment that ends with the line; empty strings for none.</summary>
    public string[] LineComments { get; init; } = [];

    /// <summary>What begins and ends a comment over several lines.</summary>
    public (string Open, string Close)? BlockComment { get; init; }

    /// <summary>Whether such comments nest.</summary>
    public bool CommentsNest { get; init; }

    /// <summary>The string literals.</summary>
    public Quotes Quotes { get; init; }

    /// <summary>Whether braces make blocks; else indentation is followed.</summary>
    public bool HasBraces { get; init; }

    /// <summary>Whether the end of a line ends a statement.</summary>
    public bool NewlineEnds { get; init; }

    /// <summary>Whether lines that begin with # are for a preprocessor.</summary>
    public bool HasPreprocessor { get; init; }

    /// <summary>Whether a declaration without a body defines something, as in an interface; not so in C, where the body is elsewhere.</summary>
    public bool DeclarationsDefine { get; init; }

    /// <summary>Whether calls with blocks at top level may hold definitions, as module wrappers and test suites of JavaScript do.</summary>
    public bool HasCallbacks { get; init; }

    /// <summary>Whether a name and a block without parameters are a property, as in C#.</summary>
    public bool HasProperties { get; init; }

    /// <summary>Whether the language is for data or markup.</summary>
    public bool IsData { get; init; }

    private static readonly CodeSyntax C = new()
    {
        LineComments = ["//"],
        BlockComment = ("/*", "*/"),
        Quotes = CQuotes,
        HasBraces = true,
        HasPreprocessor = true,
    };

    private static readonly CodeSyntax Java = C with { HasPreprocessor = false, DeclarationsDefine = true, Quotes = CQuotes | Quotes.TripleDouble };

    private static readonly CodeSyntax Swift = Java with { NewlineEnds = true, CommentsNest = true, Quotes = Quotes.Double | Quotes.TripleDouble, HasProperties = true };

    private static readonly CodeSyntax JavaScript = Java with
    {
        NewlineEnds = true,
        Quotes = Quotes.Double | Quotes.Single | Quotes.Template | Quotes.Regex,
        HasCallbacks = true,
    };

    private static readonly CodeSyntax Hash = new() { LineComments = ["#"], Quotes = Quotes.Double | Quotes.Single };

    private static readonly CodeSyntax Ml = new() { BlockComment = ("(*", "*)"), CommentsNest = true, Quotes = CQuotes | Quotes.TripleDouble };

    private static readonly CodeSyntax Lisp = new() { LineComments = [";"], BlockComment = ("#|", "|#"), Quotes = Quotes.Double };

    private static readonly CodeSyntax Basic = new() { LineComments = ["'"], Quotes = Quotes.Double };

    private static readonly CodeSyntax Schema = new() { LineComments = ["//", "#"], BlockComment = ("/*", "*/"), Quotes = Quotes.Double | Quotes.Single | Quotes.TripleDouble };

    private static readonly CodeSyntax Data = new() { IsData = true };

    private static readonly FrozenDictionary<string, CodeSyntax> ByLanguage = new Dictionary<string, CodeSyntax>
    {
        ["csharp"] = C with { Quotes = CQuotes | Quotes.TripleDouble | Quotes.Verbatim, DeclarationsDefine = true, HasProperties = true },
        ["java"] = Java,
        ["kotlin"] = Java with { NewlineEnds = true, CommentsNest = true },
        ["scala"] = Java with { NewlineEnds = true, CommentsNest = true },
        ["groovy"] = Java with { NewlineEnds = true, Quotes = Quotes.Double | Quotes.Single | Quotes.TripleDouble | Quotes.TripleSingle },
        ["c"] = C,
        ["cpp"] = C with { Quotes = CQuotes | Quotes.CppRaw },
        ["objectivec"] = C,
        ["glsl"] = C,
        ["go"] = Java with { NewlineEnds = true, Quotes = CQuotes | Quotes.Backtick },
        ["rust"] = Java with { CommentsNest = true, Quotes = CQuotes | Quotes.RustRaw },
        ["swift"] = Swift,
        ["dart"] = Java with { Quotes = Quotes.Double | Quotes.Single | Quotes.TripleDouble | Quotes.TripleSingle },
        ["php"] = Java with { LineComments = ["//", "#"], Quotes = Quotes.Double | Quotes.Single | Quotes.Heredoc },
        ["javascript"] = JavaScript,
        ["typescript"] = JavaScript,
        ["vue"] = JavaScript,
        ["zig"] = Java with { BlockComment = null, Quotes = CQuotes },
        ["solidity"] = Java with { Quotes = Quotes.Double | Quotes.Single },
        ["d"] = Java with { Quotes = CQuotes | Quotes.Backtick },
        ["protobuf"] = Schema,
        ["thrift"] = Schema,
        ["graphql"] = Schema,
        ["terraform"] = Schema with { Quotes = Quotes.Double | Quotes.Heredoc },
        ["python"] = Hash with { Quotes = Quotes.Double | Quotes.Single | Quotes.TripleDouble | Quotes.TripleSingle },
        ["ruby"] = Hash with { BlockComment = ("\n=begin", "\n=end"), Quotes = Quotes.Double | Quotes.Single | Quotes.Heredoc },
        ["crystal"] = Hash with { Quotes = Quotes.Double | Quotes.Character | Quotes.Heredoc },
        ["elixir"] = Hash with { Quotes = Quotes.Double | Quotes.TripleDouble | Quotes.TripleSingle },
        ["bash"] = Hash with { Quotes = Quotes.Heredoc },
        ["fish"] = Hash with { Quotes = Quotes.None },
        ["perl"] = Hash with { BlockComment = ("\n=", "\n=cut"), Quotes = Quotes.Heredoc },
        ["r"] = Hash,
        ["julia"] = Hash with { BlockComment = ("#=", "=#"), CommentsNest = true, Quotes = Quotes.Double | Quotes.TripleDouble | Quotes.Character },
        ["nim"] = Hash with { Quotes = Quotes.Double | Quotes.TripleDouble | Quotes.Character },
        ["nix"] = Hash with { BlockComment = ("/*", "*/"), Quotes = Quotes.Double },
        ["powershell"] = Hash with { BlockComment = ("<#", "#>"), Quotes = Quotes.Double | Quotes.Single | Quotes.HereString },
        ["cmake"] = Hash with { Quotes = Quotes.Double },
        ["makefile"] = Hash with { Quotes = Quotes.None },
        ["dockerfile"] = Hash with { Quotes = Quotes.Heredoc, IsData = true },
        ["lua"] = new() { LineComments = ["--"], BlockComment = ("--[[", "]]"), Quotes = Quotes.Double | Quotes.Single | Quotes.LongBrackets },
        ["haskell"] = new() { LineComments = ["-- ", "---"], BlockComment = ("{-", "-}"), CommentsNest = true, Quotes = CQuotes },
        ["ocaml"] = Ml,
        ["fsharp"] = Ml with { LineComments = ["//"] },
        ["erlang"] = new() { LineComments = ["%"], Quotes = Quotes.Double },
        ["clojure"] = Lisp,
        ["lisp"] = Lisp,
        ["vb"] = Basic,
        ["pascal"] = new() { LineComments = ["//"], BlockComment = ("{", "}"), Quotes = Quotes.Single },
        ["fortran"] = new() { LineComments = ["!"], Quotes = Quotes.Double | Quotes.Single },
        ["ada"] = new() { LineComments = ["--"], Quotes = Quotes.Double },
        ["matlab"] = new() { LineComments = ["%"], BlockComment = ("%{", "%}") },
        ["batch"] = new() { LineComments = ["REM ", "::"] },
        ["sql"] = new() { LineComments = ["--"], BlockComment = ("/*", "*/"), Quotes = Quotes.Dollar },
        ["verilog"] = new() { LineComments = ["//"], BlockComment = ("/*", "*/"), Quotes = Quotes.Double },
        ["assembly"] = new() { BlockComment = ("/*", "*/") },
        ["css"] = new() { BlockComment = ("/*", "*/"), Quotes = Quotes.Double | Quotes.Single, IsData = true },
        ["html"] = Data with { BlockComment = ("<!--", "-->") },
        ["xml"] = Data with { BlockComment = ("<!--", "-->") },
        ["yaml"] = Data with { LineComments = ["#"] },
        ["toml"] = Data with { LineComments = ["#"], Quotes = Quotes.TripleDouble | Quotes.TripleSingle },
        ["ini"] = Data with { LineComments = ["#", ";"] },
        ["json"] = Data,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Finds the syntax of a language; null for prose and what has none.</summary>
    public static CodeSyntax? Of(string language) => ByLanguage.GetValueOrDefault(language);
}
