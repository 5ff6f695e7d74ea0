using Synapse.Ingestion.Chunking;

namespace Synapse.Tests.Ingestion;

public sealed class ProseChunkTests
{
    // 25 words, 160 characters.
    private const string Sentence =
        "The model was fitted to the data of all seven stations and then compared with what the older tables had said about each of them so far, which was very little. ";

    [Fact]
    public void Abstract_of_250_words_is_one_chunk()
        => Assert.Single(Chunker.Chunk("A title\n\n" + Repeat(Sentence, 10) + "\n", "text"));

    [Fact]
    public void Long_paragraph_is_cut_between_sentences_into_equal_parts()
    {
        var text = Repeat(Sentence, 40);

        var chunks = Chunker.Chunk(text, "text");

        // 40 sentences of 160 characters are 6,400: five parts of about 1,400.
        Assert.Equal(5, chunks.Count);
        Assert.All(chunks, chunk => Assert.EndsWith(". ", text[chunk.StartOffset..chunk.EndOffset], StringComparison.Ordinal));
        Assert.All(chunks, chunk => Assert.InRange(chunk.EndOffset - chunk.StartOffset, 900, 1_800));
    }

    [Theory]
    [InlineData("markdown", "# Guide\n\nText.\n\n## Setup ##\n\n", "\n\n### On *Linux*\n\n", "Guide > Setup|Guide > Setup > On *Linux*")]
    [InlineData("markdown", "Guide\n=====\n\nText.\n\nSetup\n---\n\n", "\n\n### On Linux\n\n", "Guide > Setup|Guide > Setup > On Linux")]
    [InlineData("restructuredtext", "=====\nGuide\n=====\n\nText.\n\nSetup\n=====\n\n", "\n\nOn Linux\n--------\n\n", "Guide > Setup|Guide > Setup > On Linux")]
    [InlineData("asciidoc", "= Guide\n\nText.\n\n== Setup\n\n", "\n\n=== On Linux\n\n", "Guide > Setup|Guide > Setup > On Linux")]
    [InlineData("org", "* Guide\n\nText.\n\n** Setup\n\n", "\n\n*** On Linux\n\n", "Guide > Setup|Guide > Setup > On Linux")]
    [InlineData("latex", "\\section{Guide}\n\nText.\n\n\\subsection{Setup}\n\n", "\n\n\\subsubsection{On Linux}\n\n", "Guide > Setup|Guide > Setup > On Linux")]
    public void Heading_path_is_read_from(string language, string before, string between, string paths)
    {
        var text = before + Repeat(Sentence, 8) + between + Repeat(Sentence, 8);

        var chunks = Chunker.Chunk(text, language);

        Assert.Equal(paths, string.Join('|', chunks.Select(chunk => chunk.Heading).Where(heading => heading!.Contains("Setup", StringComparison.Ordinal))));
    }

    [Fact]
    public void Small_sections_are_joined_under_what_they_share()
    {
        var text = "# Guide\n\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"## Part {i}\n\n{Sentence}\n\n"));

        var chunks = Chunker.Chunk(text, "markdown");

        // Eight sections of 175 characters.
        Assert.InRange(chunks.Count, 1, 2);
        Assert.All(chunks, chunk => Assert.StartsWith("Guide", chunk.Heading, StringComparison.Ordinal));
    }

    [Fact]
    public void Fenced_code_is_kept_together_and_its_comments_are_no_headings()
    {
        var code = "```bash\n" + Repeat("# not a heading\n\nrun --all\n\n", 40) + "```\n";
        var text = "# Guide\n\n" + Repeat(Sentence, 8) + "\n\n" + code + "\n" + Repeat(Sentence, 8) + "\n";

        var chunks = Chunker.Chunk(text, "markdown");

        Assert.All(chunks, chunk => Assert.Equal("Guide", chunk.Heading));
        Assert.Contains(chunks, chunk => text[chunk.StartOffset..chunk.EndOffset].Contains(code, StringComparison.Ordinal));
    }

    [Fact]
    public void Front_matter_is_no_heading()
        => Assert.Null(Assert.Single(Chunker.Chunk("---\ntitle: x\ntags: y\n---\nwords\n", "markdown")).Heading);

    [Fact]
    public void Large_class_is_cut_at_its_members_and_comments_stay_with_what_they_describe()
    {
        var members = string.Concat(Enumerable.Range(0, 30).Select(i =>
            $"    /// <summary>Says {i}.</summary>\n    [Obsolete]\n    public int Method{i}(int x)\n    {{\n        var y = x + {i};\n        return y * 2 + Other(y, x, {i});\n    }}\n\n"));
        var text = "namespace A;\n\npublic class Big\n{\n" + members + "}\n";

        var chunks = Chunker.Chunk(text, "csharp");

        Assert.InRange(chunks.Count, 3, 8);
        Assert.Equal(31, chunks.Sum(chunk => chunk.Definitions.Count));
        foreach (var chunk in chunks.Skip(1))
        {
            Assert.StartsWith("Big.Method", chunk.Symbol, StringComparison.Ordinal);
            Assert.StartsWith("///", text[chunk.StartOffset..].TrimStart(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Part_of_a_long_function_names_it_without_defining_it()
    {
        var text = "def long(x):\n" + Repeat("    x = compute(x, 'some words to make it long')\n\n", 100) + "\n\ndef short():\n    pass\n";

        var chunks = Chunker.Chunk(text, "python");

        Assert.True(chunks[0].DefinesSymbol);
        Assert.Equal(("long", false), (chunks[1].Symbol, chunks[1].DefinesSymbol));
        Assert.Contains("short", chunks[^1].Definitions);
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
