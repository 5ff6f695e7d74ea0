using Synapse.Retrieval.Intent;

namespace Synapse.Tests.Retrieval.Intent;

public sealed class IntentReaderTests
{
    [Theory]
    [InlineData("HttpClient", nameof(QueryKind.Symbol))]
    [InlineData("Mux", nameof(QueryKind.Symbol))]
    [InlineData("parse_headers", nameof(QueryKind.Symbol))]
    [InlineData("absl::StrCat", nameof(QueryKind.Symbol))]
    [InlineData("run()", nameof(QueryKind.Symbol))]
    [InlineData("cookies", nameof(QueryKind.Symbol))]
    [InlineData("how are cookies stored", nameof(QueryKind.Prose))]
    [InlineData("The APIs of the server.", nameof(QueryKind.Prose))]
    [InlineData("how does HttpClient retry", nameof(QueryKind.ProseWithNames))]
    [InlineData("where is parse_headers called?", nameof(QueryKind.ProseWithNames))]
    public void Kind_follows_from_how_the_words_are_written(string query, string kind)
        => Assert.Equal(kind, IntentReader.Read(query).Kind.ToString());

    [Fact]
    public void Names_keep_their_qualifiers_and_lose_their_brackets()
        => Assert.Equal(["Parser.parse", "_private"], IntentReader.Read("does `Parser.parse()` call _private?").Names);

    [Fact]
    public void Words_are_split_at_the_borders_of_names_without_function_words()
        => Assert.Equal(["http", "client", "retry"], IntentReader.Read("how does the HTTPClient retry").Words);

    [Fact]
    public void Topics_are_read_from_the_words()
    {
        Assert.Equal(QueryTopics.Tests, IntentReader.Read("unit tests of the router").Topics);
        Assert.Equal(QueryTopics.Examples | QueryTopics.Legacy, IntentReader.Read("legacy example").Topics);
        Assert.Equal(QueryTopics.None, IntentReader.Read("router").Topics);
    }

    [Theory]
    [InlineData("HTTPServer_v2.parseAll", "http server v 2 parse all")]
    [InlineData("getURLs", "get urls")]
    [InlineData("utf8Decoder", "utf 8 decoder")]
    [InlineData("snake_case-and.dots", "snake case and dots")]
    [InlineData("", "")]
    public void Name_words_are_split_at_case_digit_and_punctuation(string name, string words)
        => Assert.Equal(words, string.Join(' ', NameWords.Of(name)));
}
