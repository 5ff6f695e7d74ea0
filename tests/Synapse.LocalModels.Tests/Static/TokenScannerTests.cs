using Synapse.LocalModels.Static;

namespace Synapse.LocalModels.Tests.Static;

public sealed class TokenScannerTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("... --- !!", "")]
    [InlineData("Hello, world", "hello world")]
    [InlineData("parseHTTPResponse", "parse http response")]
    [InlineData("snake_case_name", "snake case name")]
    [InlineData("utf8 int32ToString", "utf 8 int 32 to string")]
    [InlineData("XMLHttpRequest2", "xml http request 2")]
    [InlineData("the URLs of PDFs", "the url of pdf")]
    [InlineData("cells studies glass virus analysis", "cell study glass virus analysis")]
    [InlineData("naïve café Größe", "naive cafe grose")]
    [InlineData("МОСКВА Ελλάδα", "москва ελλάδα")]
    public void Scanner_cuts_words_at_case_and_digit_borders(string text, string expected)
        => Assert.Equal(expected, string.Join(' ', Tokens(text)));

    [Fact]
    public void Scanner_gives_characters_and_pairs_for_scripts_without_spaces()
        => Assert.Equal(["向", "量", "向量", "検", "量検", "sql"], Tokens("向量検SQL"));

    [Fact]
    public void Scanner_gives_a_pair_only_for_neighbours()
        => Assert.Equal(["東", "京"], Tokens("東 京"));

    [Fact]
    public void Scanner_cuts_long_runs_to_their_start()
        => Assert.Equal(TokenScanner.MaxTokenChars, Assert.Single(Tokens(new string('a', 500))).Length);

    [Fact]
    public void Scanner_reads_any_characters_without_failing()
    {
        // Seeded: every run tries the same 200 strings, lone surrogates included.
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var text = string.Create(random.Next(80), random, static (span, r) =>
            {
                foreach (ref var c in span)
                {
                    c = (char)r.Next(0x10000);
                }
            });
            Assert.All(Tokens(text), static token => Assert.NotEmpty(token));
        }
    }

    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        var scanner = new TokenScanner(text, new char[TokenScanner.MaxTokenChars]);
        while (scanner.MoveNext())
        {
            Assert.Equal(TokenHash.Of(scanner.Token), scanner.Hash);
            tokens.Add(scanner.Token.ToString());
        }

        return tokens;
    }
}
