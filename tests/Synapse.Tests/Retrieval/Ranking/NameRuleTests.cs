using Synapse.Retrieval.Ranking;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Ranking;

public sealed class NameRuleTests
{
    private static readonly RankingWeights s_weights = new() { FileName = 1, Folder = 1, Heading = 1, DefinitionName = 1 };

    [Fact]
    public void File_name_counts_by_what_it_covers_of_the_query_and_of_itself()
    {
        // "cookie jar expiry": the stem's two words are two of the query's three; all of the stem matches.
        Assert.Equal(Math.Sqrt(2.0 / 3), Part(new FileNameRule(s_weights), "cookie jar expiry", RankingFixture.Candidate("lib/cookie_jar.c", 0)), precision: 9);
        Assert.Equal(0, Part(new FileNameRule(s_weights), "cookie jar expiry", RankingFixture.Candidate("lib/socket.c", 0)));
    }

    [Fact]
    public void File_name_with_other_words_counts_less()
    {
        var whole = Part(new FileNameRule(s_weights), "cookie", RankingFixture.Candidate("cookie.c", 0));
        var part = Part(new FileNameRule(s_weights), "cookie", RankingFixture.Candidate("cookie_storage_backend.c", 0));
        Assert.InRange(part, 0.1, whole - 0.1);
    }

    [Fact]
    public void Folders_count_by_what_they_cover_of_the_query()
        => Assert.Equal(0.5, Part(new FolderRule(s_weights), "routing middleware", RankingFixture.Candidate("src/middleware/a.go", 0)), precision: 9);

    [Fact]
    public void Heading_counts_by_what_it_covers_of_the_query()
        => Assert.Equal(0.5, Part(new HeadingRule(s_weights), "parental leave", RankingFixture.Candidate("a.md", 0, heading: "Benefits > Leave")), precision: 9);

    [Fact]
    public void Definition_whose_name_is_made_of_the_question_counts()
    {
        // Both words of the name are the question's two words.
        Assert.Equal(1, Part(new DefinitionNameRule(s_weights), "compare versions", RankingFixture.Candidate("a.cs", 0, ["Package.CompareVersions"])), precision: 9);
        Assert.Equal(0, Part(new DefinitionNameRule(s_weights), "compare versions", RankingFixture.Candidate("a.cs", 0, ["Package.Install"])));
    }

    [Theory]
    [InlineData("parse", "parser", true)]
    [InlineData("config", "configuration", true)]
    [InlineData("route", "routing", false)]
    [InlineData("connect", "connection", true)]
    [InlineData("url", "urls", true)]
    [InlineData("in", "index", false)]
    [InlineData("international", "internal", false)]
    [InlineData("serialize", "serialization", true)]
    public void Words_are_forms_of_one_when_only_endings_differ(string left, string right, bool same)
    {
        Assert.Equal(same, WeightedWords.Same(left, right));
        Assert.Equal(same, WeightedWords.Same(right, left));
    }

    private static double Part(IRankingRule rule, string query, Candidate candidate)
    {
        RankingFixture.Apply(rule, query, candidate);
        return candidate.Part(rule.Name);
    }
}
