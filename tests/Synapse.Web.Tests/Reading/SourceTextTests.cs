using Synapse.Web.Reading;

namespace Synapse.Web.Tests.Reading;

public sealed class SourceTextTests
{
    [Theory]
    [InlineData("", 1)]
    [InlineData("one", 1)]
    [InlineData("one\n", 1)]
    [InlineData("one\ntwo", 2)]
    [InlineData("one\n\n", 2)]
    [InlineData("\n\n\n", 3)]
    public void Lines_are_counted_as_editors_count_them(string text, int expected) => Assert.Equal(expected, new SourceText(text).LineCount);

    [Fact]
    public void Rows_cover_the_text_and_know_their_lines()
    {
        var source = new SourceText("ab\ncd\r\nef");

        Assert.Equal(3, source.RowCount);
        Assert.Equal(new SourceRow(2, true, 3, "cd"), source.Row(1));
        Assert.Equal([0, 0, 0, 1, 2, 2], new[] { -5, 0, 2, 3, 7, 99 }.Select(source.RowAt));
    }

    [Fact]
    public void Long_line_is_cut_into_rows_of_one_line_and_never_inside_of_a_character()
    {
        var text = new string('x', SourceText.MaxRowLength - 1) + "😀" + new string('y', SourceText.MaxRowLength) + "\nlast";
        var source = new SourceText(text);

        Assert.Equal(2, source.LineCount);
        Assert.Equal([1, 1, 1, 2], Enumerable.Range(0, source.RowCount).Select(source.LineNumberOf));
        Assert.StartsWith("😀", source.Row(1).Text, StringComparison.Ordinal);
        Assert.False(source.Row(1).IsLineStart);
        Assert.Equal(text, string.Concat(Enumerable.Range(0, 3).Select(row => source.Row(row).Text)) + "\n" + source.Row(3).Text);
        Assert.Equal(0, source.RowOfLine(1));
        Assert.Equal(3, source.RowOfLine(2));
        Assert.Equal(3, source.RowOfLine(500));
    }
}
