using Synapse.Web.Text;

namespace Synapse.Web.Tests.Text;

public sealed class SnippetTests
{
    [Fact]
    public void Snippet_shows_the_lines_with_most_different_words_and_one_line_before_them()
    {
        var text = string.Join('\n', "zebra", "two", "three", "four", "zebra and lion", "six", "seven");

        var snippet = Snippet.Create(text, 10, new TermHighlighter("zebra lion"), 3);

        Assert.Equal([13, 14, 15], snippet.Lines.Select(line => line.Number));
        Assert.Equal(4, snippet.HiddenLineCount);
    }

    [Fact]
    public void Snippet_shows_the_whole_chunk_when_it_is_short()
    {
        var snippet = Snippet.Create("one\r\ntwo\n\n", 1, new TermHighlighter("two"), 6);

        Assert.Equal(["one", "two"], snippet.Lines.Select(line => string.Concat(line.Runs.Select(run => run.Text))));
        Assert.Equal(0, snippet.HiddenLineCount);
    }

    [Fact]
    public void Snippet_cuts_a_long_line_to_the_part_around_the_first_word()
    {
        var line = Assert.Single(Snippet.Create($"{new string('x', 5_000)} zebra {new string('y', 5_000)}", 1, new TermHighlighter("zebra"), 6).Lines);

        var text = string.Concat(line.Runs.Select(run => run.Text));
        Assert.Contains(line.Runs, run => run is { IsMarked: true, Text: "zebra" });
        Assert.StartsWith("… ", text, StringComparison.Ordinal);
        Assert.EndsWith(" …", text, StringComparison.Ordinal);
        Assert.Equal(Snippet.MaxLineLength + 4, text.Length);
    }
}
