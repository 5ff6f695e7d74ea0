using Synapse.Answering.Sentences;

namespace Synapse.Tests.Answering.Sentences;

public sealed class CitationMarksTests
{
    [Theory]
    [InlineData("So it is [1].", "So it is.", "1")]
    [InlineData("So it is.[1][2]", "So it is.", "1 2")]
    [InlineData("So it is [1, 2].", "So it is.", "1 2")]
    [InlineData("So it is [1-3].", "So it is.", "1 2 3")]
    [InlineData("So it is [^1].", "So it is.", "1")]
    [InlineData("So it is【1】.", "So it is.", "1")]
    [InlineData("So it is【12†source】.", "So it is.", "12")]
    [InlineData("So it is [Passage 1].", "So it is.", "1")]
    [InlineData("So it is [passages 1 and 2].", "So it is.", "1 2")]
    [InlineData("So it is [1](http://127.0.0.1:9/leak).", "So it is.", "1")]
    [InlineData("One [1]and two.", "One and two.", "1")]
    [InlineData("Call `items[1]` or ``a[2]``.", "Call `items[1]` or ``a[2]``.", "")]
    [InlineData("See [the manual] and [v1.2] and [1a] and [].", "See [the manual] and [v1.2] and [1a] and [].", "")]
    [InlineData("Year [2024] and [0].", "Year [2024] and [0].", "")]
    [InlineData("Open [1", "Open [1", "")]
    public void Marks_are_taken_out_and_everything_else_stays(string text, string clean, string numbers)
    {
        var (stripped, marks) = CitationMarks.Strip(text);
        Assert.Equal(clean, stripped);
        Assert.Equal(numbers, string.Join(' ', marks.SelectMany(mark => mark.Numbers)));
    }

    [Fact]
    public void What_can_be_taken_apart_now_is_taken_apart_the_same_way_later()
    {
        const string text = "First [1]. Then `x[2]` [2, 3]. Last [4](http://a/b) is 【5†s】 here `[6] and [7]and [";
        var whole = CitationMarks.Strip(text);
        for (var length = 0; length <= text.Length; length++)
        {
            var safe = CitationMarks.SafeLength(text.AsSpan(0, length));
            var part = CitationMarks.Strip(text.AsSpan(0, safe));
            Assert.StartsWith(part.Text, whole.Text, StringComparison.Ordinal);
            Assert.Equal(whole.Marks.Take(part.Marks.Count).Select(mark => mark.Offset), part.Marks.Select(mark => mark.Offset));
        }
    }
}
