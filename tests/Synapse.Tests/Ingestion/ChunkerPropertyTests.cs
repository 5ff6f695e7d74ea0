using System.Text;
using Synapse.Ingestion.Chunking;
using Synapse.Ingestion.Reading;

namespace Synapse.Tests.Ingestion;

public sealed class ChunkerPropertyTests
{
    private static readonly string[] Tokens =
    [
        "\n", "\n", "\n", "\n\n", " ", "    ", "\t", "{", "}", "(", ")", "[", "]", ";", ",", "\"", "'", "`", "/*", "*/", "//", "#", "--", "\"\"\"", "'''", "<<EOF", "EOF", "=", "=>",
        "class", "def", "function", "fn", "struct", "interface", "end", "do", "if", "return", "namespace", "name", "Value", "x", "1", "word", "@attr", "# Title\n", "===\n", "---\n",
        "```\n", "public", "void", "$a$", "[[", "]]", "${", "\\", "\U0001F600", "é", "漢字", "e\u0301", "<T>", ":", "::", ".", "{-", "-}", "(*", "*)", "#if X\n", "#else\n", "#endif\n",
        "Lorem ipsum dolor sit amet, consectetur adipiscing elit. ",
    ];

    public static TheoryData<string> AllLanguages => [.. Languages.All];

    [Theory]
    [MemberData(nameof(AllLanguages))]
    public void Chunks_partition_any_text(string language)
    {
        var random = new Random(20_260_101);
        for (var round = 0; round < 40; round++)
        {
            var text = new StringBuilder();
            var length = random.Next(1, round % 10 == 0 ? 20_000 : 3_000);
            while (text.Length < length)
            {
                text.Append(Tokens[random.Next(Tokens.Length)]);
            }

            AssertPartition(text.ToString(), language);
        }
    }

    [Theory]
    [InlineData("csharp")]
    [InlineData("python")]
    [InlineData("markdown")]
    [InlineData("json")]
    public void Chunks_partition_any_run_of_one_kind(string language)
    {
        foreach (var unit in (string[])["x", " ", "\n", "\U0001F600", "e\u0301", "\u0301", "{", "(", "a;\n", "word ", "漢"])
        {
            AssertPartition(new StringBuilder().Insert(0, unit, 9_000).ToString(), language);
        }
    }

    [Fact]
    public void Chunker_gives_nothing_for_an_empty_text() => Assert.Empty(Chunker.Chunk("", "markdown"));

    [Theory]
    [InlineData("csharp", "{")]
    [InlineData("csharp", "class A { ")]
    [InlineData("javascript", "(function() {")]
    [InlineData("python", "class A:\n ")]
    [InlineData("markdown", "> ")]
    [InlineData("json", "[")]
    public void Deep_nesting_neither_breaks_nor_slows_the_chunker(string language, string unit)
        => AssertPartition(new StringBuilder().Insert(0, unit, 200_000).ToString(), language);

    private static void AssertPartition(string text, string language)
    {
        var chunks = Chunker.Chunk(text, language);
        var lines = LinesByCounting(text);
        var position = 0;
        for (var i = 0; i < chunks.Count; i++)
        {
            var chunk = chunks[i];
            Assert.Equal(i, chunk.Ordinal);
            Assert.Equal(position, chunk.StartOffset);
            Assert.True(chunk.EndOffset > chunk.StartOffset);
            Assert.InRange(chunk.EndOffset - chunk.StartOffset, 1, 2_402);
            Assert.Equal(lines[chunk.StartOffset], chunk.StartLine);
            Assert.Equal(lines[chunk.EndOffset - 1], chunk.EndLine);
            Assert.False(chunk.EndOffset < text.Length && char.IsHighSurrogate(text[chunk.EndOffset - 1]) && char.IsLowSurrogate(text[chunk.EndOffset]));
            Assert.Equal(chunk.Definitions.Count > 0, chunk.DefinesSymbol);
            Assert.True(!chunk.DefinesSymbol || chunk.Definitions[0] == chunk.Symbol);
            position = chunk.EndOffset;
        }

        Assert.Equal(text.Length, position);
    }

    private static int[] LinesByCounting(string text)
    {
        var lines = new int[text.Length];
        var line = 1;
        for (var i = 0; i < text.Length; i++)
        {
            lines[i] = line;
            line += text[i] == '\n' ? 1 : 0;
        }

        return lines;
    }
}
