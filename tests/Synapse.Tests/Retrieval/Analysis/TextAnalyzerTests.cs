using Synapse.Ingestion.Chunking;
using Synapse.Retrieval.Analysis;

namespace Synapse.Tests.Retrieval.Analysis;

public sealed class TextAnalyzerTests
{
    private readonly TextAnalyzer _analyzer = new();

    [Theory]
    [InlineData("Connected connections CONNECTING", "connect")]
    [InlineData("Café naïve", "cafe naiv")]
    [InlineData("Straße Œuvre", "strass oeuvr")]
    [InlineData("ＦＵＬＬ width", "full width")]
    [InlineData("getUserName", "getusernam get user name")]
    [InlineData("get_user_name", "getusernam get user name")]
    [InlineData("HTTPServer2", "httpserver2 http server")]
    [InlineData("SHA256 v2", "sha256 sha 256 v2")]
    [InlineData("__init__", "init")]
    [InlineData("3.14 1,000", "3 14 1 000")]
    [InlineData("the user's parser’s", "user parser")]
    [InlineData("well-known e-mail", "well known e mail")]
    [InlineData("東京都", "東京 京都")]
    [InlineData("木", "木")]
    [InlineData("機械learning", "機械 learn")]
    [InlineData("Привет МИР ёлка", "привет мир елка")]
    [InlineData("مُحَمَّد أحمد", "محمد احمد")]
    [InlineData("नमस्ते", "नमस्ते")]
    [InlineData("x = y + 1;", "x y 1")]
    public void A_query_becomes_folded_stemmed_and_split_terms(string query, string expected)
        => Assert.Equal(expected.Split(' '), _analyzer.AnalyzeQuery(query).Select(term => term.Text));

    [Fact]
    public void Stop_words_are_left_out_of_a_query_that_has_other_words()
    {
        Assert.Equal(["parser"], _analyzer.AnalyzeQuery("how does the parser").Select(term => term.Text));
        Assert.Equal(["to", "be", "or", "not"], _analyzer.AnalyzeQuery("to be or not to be").Select(term => term.Text));
    }

    [Fact]
    public void A_word_given_again_weighs_more_but_less_each_time()
        => Assert.Equal([("buffalo", 2f), ("herd", 1f)], _analyzer.AnalyzeQuery("Buffalo buffalo herd BUFFALO buffalo").Select(term => (term.Text, term.Weight)));

    [Theory]
    [InlineData("")]
    [InlineData(" \t\n")]
    [InlineData("!?… — “”")]
    public void A_query_without_letters_or_digits_has_no_terms(string query) => Assert.Empty(_analyzer.AnalyzeQuery(query));

    [Fact]
    public void Any_text_is_split_without_failing_and_the_same_way_every_time()
    {
        var random = new Random(3);
        for (var i = 0; i < 300; i++)
        {
            // Halves of surrogate pairs, marks without letters and controls among them.
            var text = string.Concat(Enumerable.Range(0, random.Next(200)).Select(_ => (char)(random.Next(4) == 0 ? random.Next(0x10000) : random.Next(0x20, 0x7F))));
            var first = _analyzer.AnalyzeQuery(text);
            Assert.Equal(first, new TextAnalyzer().AnalyzeQuery(text));
            Assert.All(first, term => Assert.NotEqual("", term.Text));
        }
    }

    [Fact]
    public void Of_a_word_too_long_to_be_one_the_start_is_kept_as_one_term()
    {
        var terms = _analyzer.AnalyzeQuery(new string('a', 40) + new string('B', 1_000) + " end");
        Assert.Equal(["end"], terms.Skip(1).Select(term => term.Text));
        Assert.Equal(WordSplitterLength, terms[0].Text.Length);
    }

    [Theory]
    [InlineData("slipstream theory\n\nof wings", 2)]
    [InlineData("\n  slipstream theory\n\nof wings", 2)]
    [InlineData("slipstream theory\nof wings", 1)]
    [InlineData("slipstream theory\n", 1)]
    [InlineData("slipstream theory", 1)]
    public void The_title_of_a_plain_text_counts_as_a_heading_does(string text, int expected)
    {
        Assert.Equal(expected, Frequency("slipstream", text, Plain()));
        Assert.Equal(text.Contains("wings", StringComparison.Ordinal) ? 1 : 0, Frequency("wing", text, Plain()));
    }

    [Fact]
    public void Only_the_first_chunk_of_prose_without_headings_begins_with_a_title()
    {
        const string text = "slipstream theory\n\nof wings";
        Assert.Equal(1, Frequency("slipstream", text, Plain() with { Ordinal = 1 }));
        Assert.Equal(1, Frequency("slipstream", text, Plain() with { Kind = ChunkKind.Code }));
        Assert.Equal(1, Frequency("slipstream", text, Plain() with { Kind = ChunkKind.Structured }));
        Assert.Equal(1, Frequency("slipstream", text, Plain() with { Heading = "Guide" }));
        Assert.Equal(1, Frequency("slipstream", $"slipstream {new string('x', 200)}\n\nof wings", Plain()));
    }

    private static Chunk Plain() => new(0, 0, 1, 1, 1, ChunkKind.Prose, null, null, false);

    private int Frequency(string term, string text, Chunk chunk)
    {
        var terms = _analyzer.AnalyzeChunk(text, chunk, "a.txt");
        return terms.ToTexts().Zip(terms.Frequencies).Where(each => each.First == term).Select(each => (int)each.Second).SingleOrDefault();
    }

    [Fact]
    public void A_chunk_counts_its_text_heading_symbol_and_path()
    {
        var chunk = new Chunk(0, 0, 13, 1, 1, ChunkKind.Code, "Guide > Setup", "Json.Reader", true) { Definitions = ["Json.Reader", "Json.Reader.Skip"] };
        var terms = _analyzer.AnalyzeChunk("the token token", chunk, "repository/one/two/three/token_tests.cs");
        var counted = terms.ToTexts().Zip(terms.Frequencies).ToDictionary(each => each.First, each => (int)each.Second);

        Assert.Equal(4, counted["token"]);               // twice in the text, and as part of the file's name, which counts twice
        Assert.Equal(2, counted["tokentest"]);           // the whole name of the file
        Assert.Equal(1, counted["guid"]);
        Assert.Equal(1, counted["setup"]);
        Assert.Equal(1, counted["json"]);
        Assert.Equal(1, counted["reader"]);
        Assert.Equal(1, counted["three"]);
        Assert.Equal(1, counted["one"]);                 // the third folder from the file
        Assert.DoesNotContain("repositori", counted);
        Assert.Equal(1, counted["the"]);
        Assert.Equal(1, counted[ExactTerms.Definition("reader")]);
        Assert.Equal(1, counted[ExactTerms.Definition("Json.Reader")]);
        Assert.Equal(1, counted[ExactTerms.Definition("Reader.Skip")]);
        Assert.Equal(1, counted[ExactTerms.FileStem("Token_Tests")]);
        Assert.Equal(1, counted[ExactTerms.FileName("token_tests.cs")]);
        // Stop words and exact terms do not count: 4 token, 2 tokentest, 2 test, guid, setup, json, reader, one, two, three.
        Assert.Equal(15, terms.Length);
    }

    [Fact]
    public void Equal_terms_of_different_chunks_have_one_number()
    {
        var chunk = new Chunk(0, 0, 5, 1, 1, ChunkKind.Prose, null, null, false);
        var first = _analyzer.AnalyzeChunk("apple", chunk, "a.txt");
        var second = _analyzer.AnalyzeChunk("banana apples", chunk, "b.txt");
        Assert.Same(first.Vocabulary, second.Vocabulary);
        Assert.Equal(NumberOf(first, "appl"), NumberOf(second, "appl"));

        static int NumberOf(ChunkTerms terms, string term) => terms.Numbers.Single(number => terms.Vocabulary.Text(number) == term);
    }

    [Fact]
    public void Many_threads_get_what_one_gets()
    {
        var chunk = new Chunk(0, 0, 5, 1, 1, ChunkKind.Prose, null, null, false);
        string Text(int i) => string.Join(' ', Enumerable.Range(i, 50).Select(n => $"word{n % 97} commonWord"));
        var alone = Enumerable.Range(0, 200).Select(i => _analyzer.AnalyzeChunk(Text(i), chunk, "a.txt").Length).ToArray();
        var together = new int[200];
        Parallel.For(0, 200, i => together[i] = _analyzer.AnalyzeChunk(Text(i), chunk, "a.txt").Length);
        Assert.Equal(alone, together);
    }

    private const int WordSplitterLength = 64;
}
