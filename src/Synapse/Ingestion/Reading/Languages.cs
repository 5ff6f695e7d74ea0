using System.Collections.Frozen;

namespace Synapse.Ingestion.Reading;

/// <summary>The languages that files are told apart by: their ids, and how a file shows its own.</summary>
public static class Languages
{
    /// <summary>Id of text in no known format.</summary>
    public const string Text = "text";

    // Language id: extensions and, with a leading '=', whole names. Lower case.
    private const string Table = """
        csharp: cs csx cake
        java: java
        kotlin: kt kts
        scala: scala sc sbt
        groovy: groovy gradle =jenkinsfile
        c: c h
        cpp: cc cpp cxx c++ hpp hh hxx h++ ipp inl tpp cu cuh ino
        objectivec: m mm
        go: go
        rust: rs
        swift: swift
        python: py pyi pyw pyx pxd =sconstruct =sconscript =wscript bzl star =build =workspace =tiltfile
        ruby: rb rake gemspec ru podspec =rakefile =gemfile =guardfile =vagrantfile =podfile =fastfile =brewfile
        php: php phtml php3 php4 php5 phps
        javascript: js jsx mjs cjs es6
        typescript: ts tsx mts cts
        vue: vue svelte astro
        lua: lua rockspec luau
        bash: sh bash zsh ksh bats ebuild =.bashrc =.bash_profile =.bash_aliases =.profile =.zshrc =.zshenv =pkgbuild =apkbuild
        fish: fish
        haskell: hs lhs hsc
        elixir: ex exs
        erlang: erl hrl =rebar.config
        zig: zig zon
        dart: dart
        r: r rmd =.rprofile
        perl: pl pm t pod
        julia: jl
        clojure: clj cljs cljc edn
        lisp: lisp lsp cl el scm ss rkt
        ocaml: ml mli
        fsharp: fs fsi fsx
        vb: vb bas vbs
        powershell: ps1 psm1 psd1
        batch: bat cmd
        nim: nim nims
        crystal: cr
        d: d
        pascal: pas pp dpr lpr
        fortran: f90 f95 f03 f08 f for
        ada: adb ads
        matlab: matlab
        solidity: sol
        nix: nix
        terraform: tf tfvars hcl
        protobuf: proto
        thrift: thrift
        graphql: graphql gql graphqls
        sql: sql ddl dml pgsql psql plsql
        dockerfile: dockerfile containerfile =dockerfile =containerfile
        makefile: mk mak make =makefile =gnumakefile =kbuild
        cmake: cmake =cmakelists.txt
        assembly: s asm
        glsl: glsl vert frag geom comp hlsl wgsl
        verilog: v sv svh vhd vhdl
        yaml: yaml yml =.clang-format =.clang-tidy
        json: json jsonc json5 jsonl ndjson geojson webmanifest ipynb har =.babelrc =.eslintrc =.prettierrc =composer.lock =flake.lock
        toml: toml =pipfile =cargo.lock =poetry.lock
        ini: ini cfg conf properties editorconfig desktop service =.editorconfig =.gitconfig =.gitmodules =.npmrc env
        xml: xml csproj fsproj vbproj props targets nuspec resx config xaml axaml xsd xsl xslt wsdl svg plist pom rss atom slnx ruleset storyboard xib
        css: css scss sass less styl pcss
        html: html htm xhtml cshtml razor hbs handlebars mustache ejs erb jinja j2 twig liquid njk
        markdown: md markdown mdx mdown mkd qmd
        restructuredtext: rst rest
        asciidoc: adoc asciidoc asc
        latex: tex sty cls ltx bib
        org: org
        csv: csv tsv
        diff: diff patch
        log: log
        text: txt text =readme =license =licence =copying =notice =authors =contributors =changelog =changes =news =todo =install =codeowners
        """;

    private static readonly FrozenDictionary<string, string> ByExtension = Read(isName: false);

    private static readonly FrozenDictionary<string, string> ByName = Read(isName: true);

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ByExtensionSpan =
        ByExtension.GetAlternateLookup<ReadOnlySpan<char>>();

    private static readonly FrozenDictionary<string, string>.AlternateLookup<ReadOnlySpan<char>> ByNameSpan =
        ByName.GetAlternateLookup<ReadOnlySpan<char>>();

    // Interpreter of a first line "#!/usr/bin/env NAME", without version digits.
    private static readonly FrozenDictionary<string, string> ByInterpreter = new Dictionary<string, string>
    {
        ["sh"] = "bash",
        ["bash"] = "bash",
        ["zsh"] = "bash",
        ["ksh"] = "bash",
        ["dash"] = "bash",
        ["ash"] = "bash",
        ["bats"] = "bash",
        ["fish"] = "fish",
        ["python"] = "python",
        ["pypy"] = "python",
        ["ruby"] = "ruby",
        ["jruby"] = "ruby",
        ["perl"] = "perl",
        ["node"] = "javascript",
        ["nodejs"] = "javascript",
        ["bun"] = "typescript",
        ["deno"] = "typescript",
        ["ts-node"] = "typescript",
        ["tsx"] = "typescript",
        ["php"] = "php",
        ["lua"] = "lua",
        ["luajit"] = "lua",
        ["Rscript"] = "r",
        ["julia"] = "julia",
        ["elixir"] = "elixir",
        ["escript"] = "erlang",
        ["runhaskell"] = "haskell",
        ["groovy"] = "groovy",
        ["kotlin"] = "kotlin",
        ["scala"] = "scala",
        ["swift"] = "swift",
        ["pwsh"] = "powershell",
        ["make"] = "makefile",
        ["dotnet"] = "csharp",
        ["ocaml"] = "ocaml",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The ids of all languages, in alphabetical order.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. ByExtension.Values.Concat(ByName.Values).Concat(ByInterpreter.Values).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Finds the language of a text file by its name, extension or first line; <see cref="Text"/> when none is known.</summary>
    /// <param name="path">Path with forward slashes; only the last part counts.</param>
    /// <param name="text">The text.</param>
    public static string Detect(ReadOnlySpan<char> path, ReadOnlySpan<char> text)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        Span<char> lower = stackalloc char[256];
        if (name.Length > lower.Length)
        {
            name = name[^lower.Length..];
        }

        lower = lower[..name.ToLowerInvariant(lower)];
        if (ByNameSpan.TryGetValue(lower, out var language))
        {
            return language;
        }

        var dot = lower.LastIndexOf('.');
        if (dot >= 0 && ByExtensionSpan.TryGetValue(lower[(dot + 1)..], out language))
        {
            return Refine(language, lower[(dot + 1)..], text);
        }

        // Dockerfile.dev, Makefile.am, README.de
        if (dot > 0 && ByNameSpan.TryGetValue(lower[..lower.IndexOf('.')], out language))
        {
            return language;
        }

        return FromFirstLine(text) ?? Text;
    }

    private static string Refine(string language, ReadOnlySpan<char> extension, ReadOnlySpan<char> text)
    {
        var head = text[..Math.Min(text.Length, 8_192)];
        return extension switch
        {
            "h" when head.Contains("\nclass ", StringComparison.Ordinal) || head.Contains("namespace ", StringComparison.Ordinal)
                || head.Contains("template <", StringComparison.Ordinal) || head.Contains("template<", StringComparison.Ordinal)
                || head.Contains("public:", StringComparison.Ordinal) => "cpp",
            "h" when head.Contains("@interface", StringComparison.Ordinal) || head.Contains("@protocol", StringComparison.Ordinal) => "objectivec",
            "m" when !head.Contains("@", StringComparison.Ordinal) && !head.Contains("#import", StringComparison.Ordinal)
                && !head.Contains("#include", StringComparison.Ordinal) => "matlab",
            "t" or "pl" when !head.Contains("use ", StringComparison.Ordinal) && !head.Contains("my ", StringComparison.Ordinal)
                && !head.Contains("sub ", StringComparison.Ordinal) => FromFirstLine(text) ?? Text,
            "s" when !head.Contains(".globl", StringComparison.Ordinal) && !head.Contains(".global", StringComparison.Ordinal)
                && !head.Contains(".text", StringComparison.Ordinal) => Text,
            "asc" when head.Contains("-----BEGIN PGP", StringComparison.Ordinal) => Text,
            _ => language,
        };
    }

    private static string? FromFirstLine(ReadOnlySpan<char> text)
    {
        if (!text.StartsWith("#!"))
        {
            return text.StartsWith("<?xml") ? "xml" : text.StartsWith("<?php") ? "php" : text.StartsWith("<!DOCTYPE html", StringComparison.OrdinalIgnoreCase) ? "html" : null;
        }

        var end = text.IndexOf('\n');
        var line = text[2..(end < 0 ? Math.Min(text.Length, 256) : Math.Min(end, 256))];
        foreach (var range in line.SplitAny(" \t"))
        {
            var word = line[range];
            word = word[(word.LastIndexOf('/') + 1)..].TrimEnd("0123456789.\r");
            if (word.Length > 0 && word is not "env" && !word.StartsWith("-") && !word.Contains('='))
            {
                return ByInterpreter.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var language) ? language : null;
            }
        }

        return null;
    }

    private static FrozenDictionary<string, string> Read(bool isName)
        => Table.Split('\n')
            .Select(static line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .SelectMany(static parts => parts[1].Split(' ').Select(key => (Key: key, Language: parts[0])))
            .Where(entry => entry.Key.StartsWith('=') == isName)
            .ToFrozenDictionary(static entry => entry.Key.TrimStart('='), static entry => entry.Language, StringComparer.Ordinal);
}
