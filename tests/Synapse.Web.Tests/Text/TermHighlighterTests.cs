using Synapse.Web.Text;

namespace Synapse.Web.Tests.Text;

public sealed class TermHighlighterTests
{
    [Theory]
    [InlineData("run backups", "Backups are running.", "[Backups] are [running].")]
    [InlineData("What is the reader?", "The reader is what it is.", "The [reader] is what it is.")]
    [InlineData("line", "ReadLine(), read_line, deadline", "Read[Line](), read_[line], deadline")]
    [InlineData("html", "HTMLReader reads html", "[HTML]Reader reads [html]")]
    [InlineData("検索", "全文検索と検証", "全文[検索]と検証")]
    [InlineData("the", "the rest", "[the] rest")]
    [InlineData("<b>", "<b>bold</b>", "<[b]>bold</[b]>")]
    [InlineData("nothing", "", "")]
    [InlineData("?!", "What?!", "What?!")]
    public void Split_marks_the_words_of_the_query(string query, string text, string expected)
        => Assert.Equal(expected, string.Concat(new TermHighlighter(query).Split(text).Select(run => run.IsMarked ? $"[{run.Text}]" : run.Text)));

    [Fact]
    public void Split_gives_every_character_back_whatever_the_text()
    {
        var highlighter = new TermHighlighter("zebra 検索 ReadLine é 😀");
        string[] texts = ["\ud83d", "😀zebra😀", "a\u0301 検 索検索検 zebraZEBRA", "\0\u202ezebra\r\n\t", new string('検', 50)];
        Assert.All(texts, text => Assert.Equal(text, string.Concat(highlighter.Split(text).Select(run => run.Text))));
    }
}
