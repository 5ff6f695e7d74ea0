using Synapse.Answering.Sentences;

namespace Synapse.Tests.Answering.Sentences;

public sealed class ProseUnitsTests
{
    [Theory]
    [InlineData("One ends. Two begins.", "One ends.|Two begins.")]
    [InlineData("See e.g. Smith et al. 2009 for more. Then stop.", "See e.g. Smith et al. 2009 for more.|Then stop.")]
    [InlineData("Dr. J. Smith wrote it. It is short.", "Dr. J. Smith wrote it.|It is short.")]
    [InlineData("Version 2.5 costs 3.50 euros. Cheap!", "Version 2.5 costs 3.50 euros.|Cheap!")]
    [InlineData("Does it work? Yes! It does.", "Does it work?|Yes!|It does.")]
    [InlineData("He said \"stop.\" Then he left.", "He said \"stop.\"|Then he left.")]
    [InlineData("an old abstract .  the results are lower case .", "an old abstract .|the results are lower case .")]
    [InlineData("第一句。第二句。", "第一句。|第二句。")]
    [InlineData("Wrapped over\ntwo lines. Next one.", "Wrapped over\ntwo lines.|Next one.")]
    [InlineData("No full stop at the end", "No full stop at the end")]
    public void Sentences_end_where_a_reader_ends_them(string text, string sentences)
        => Assert.Equal(sentences, Join(text));

    [Fact]
    public void Markdown_is_split_by_its_structure()
    {
        const string text = "# Title\n\nIntro text.\n\n- first item\n- second item\n  goes on\n1. numbered\n\n| Name | Price |\n| --- | --- |\n| Pen | 2 |\n\n```sh\nrun it\n```\n\nUnderlined\n==========\n\nEnd.";
        var units = ProseUnits.Split(text);
        Assert.Equal(
            ["Heading:Title", "Sentence:Intro text.", "Sentence:first item", "Sentence:second item\n  goes on", "Sentence:numbered", "TableRow:| Name | Price |", "TableRow:| Pen | 2 |", "Code:run it", "Heading:Underlined", "Sentence:End."],
            units.Select(unit => $"{unit.Kind}:{text[unit.Start..unit.End]}"));
    }

    [Fact]
    public void Very_long_sentence_is_cut_between_words()
    {
        var text = string.Join(' ', Enumerable.Repeat("word", 500));
        var units = ProseUnits.Split(text);
        Assert.All(units, unit => Assert.InRange(unit.Length, 1, SentenceBorders.MaxLength));
        Assert.All(units, unit => Assert.Matches("^word( word)*$", text[unit.Start..unit.End]));
        Assert.Equal(500, units.Sum(unit => text[unit.Start..unit.End].Split(' ').Length));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n  \n")]
    [InlineData("```")]
    [InlineData("---")]
    public void Text_without_words_has_no_units(string text) => Assert.Empty(ProseUnits.Split(text));

    private static string Join(string text) => string.Join('|', ProseUnits.Split(text).Select(unit => text[unit.Start..unit.End]));
}
