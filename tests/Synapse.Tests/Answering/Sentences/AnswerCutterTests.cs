using Synapse.Answering;
using Synapse.Answering.Sentences;

namespace Synapse.Tests.Answering.Sentences;

public sealed class AnswerCutterTests
{
    private const string Everything =
        "The first sentence [1]. The second, e.g. this one, costs 3.5 EUR. [2][3] A third\nruns on [1].\n\n"
        + "# A heading\n\nIt leads over:\n- an item [1]\n- **another** item. With two sentences [2].\n  1. nested one\n\n"
        + "```csharp\nvar x = items[1];\n\n// done.\n```\n\n| a | b |\n|---|---|\n| 1 | 2 [4] |\n\n---\nLast one 【5】";

    private static readonly string[] s_expected =
    [
        "|The first sentence.|1|Prose",
        " |The second, e.g. this one, costs 3.5 EUR.|2,3|Prose",
        " |A third runs on.|1|Prose",
        "\n\n|A heading||Heading",
        "\n\n|It leads over:||Prose",
        "\n- |an item|1|Prose",
        "\n- |**another** item.||Prose",
        " |With two sentences.|2|Prose",
        "\n  1. |nested one||Prose",
        "\n\n|var x = items[1];\n\n// done.||Code",
        "\n|| a | b |||TableRow",
        "\n|| 1 | 2 ||4|TableRow",
        "\n\n|Last one|5|Prose",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void Cut_is_the_same_however_the_text_comes_in_pieces(int size)
    {
        var cutter = new AnswerCutter();
        var cut = new List<CutSentence>();
        for (var i = 0; i < Everything.Length; i += size)
        {
            cut.AddRange(cutter.Add(Everything.AsSpan(i, Math.Min(size, Everything.Length - i))));
        }

        cut.AddRange(cutter.End(isWhole: true));
        Assert.Equal(s_expected, cut.Select(sentence => $"{sentence.Lead}|{sentence.Text}|{string.Join(',', sentence.Marks)}|{sentence.Form}"));
        Assert.All(cut, sentence => Assert.True(sentence.IsWhole));
    }

    [Fact]
    public void Sentence_is_cut_as_soon_as_the_next_one_begins()
    {
        var cutter = new AnswerCutter();
        Assert.Empty(cutter.Add("One is done. "));
        Assert.Empty(cutter.Add("[1"));
        Assert.Empty(cutter.Add("] "));
        Assert.Equal(["One is done."], cutter.Add("Two").Select(sentence => sentence.Text));
        Assert.Equal("Two", cutter.Rest);
    }

    [Fact]
    public void Last_sentence_of_a_text_that_was_cut_off_is_not_whole()
    {
        var cutter = new AnswerCutter();
        cutter.Add("One is done. Two is no");
        var last = Assert.Single(cutter.End(isWhole: false));
        Assert.Equal(("Two is no", false), (last.Text, last.IsWhole));
    }

    [Fact]
    public void Code_that_never_closes_is_one_piece_at_the_end()
    {
        var cutter = new AnswerCutter();
        Assert.Empty(cutter.Add("```\nfirst. Second [1]\n"));
        var code = Assert.Single(cutter.End(isWhole: false));
        Assert.Equal(("first. Second [1]", SentenceForm.Code, false), (code.Text, code.Form, code.IsWhole));
    }

    [Theory]
    [InlineData("`")]
    [InlineData("[")]
    [InlineData("[1")]
    [InlineData("#")]
    [InlineData("-")]
    [InlineData(" ")]
    [InlineData("``x`")]
    [InlineData("a")]
    [InlineData("a.")]
    public void Endless_text_of_one_kind_takes_no_more_than_its_share_of_time(string unit)
    {
        var cutter = new AnswerCutter();
        var started = TimeProvider.System.GetTimestamp();
        for (var i = 0; i < 60_000 / unit.Length; i += 8)
        {
            cutter.Add(string.Concat(Enumerable.Repeat(unit, 8)));
        }

        cutter.End(isWhole: true);
        Assert.True(TimeProvider.System.GetElapsedTime(started) < TimeSpan.FromSeconds(5));
    }
}
