using Synapse.Retrieval.Ranking;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Ranking;

public sealed class DefinitionRuleTests
{
    private readonly DefinitionRule _rule = new(new RankingWeights { Definition = 1, DefinitionInProse = 0.5 });

    [Fact]
    public void Definition_of_the_asked_symbol_gets_the_whole_weight()
        => Assert.Equal(1, Strength("HttpClient", "src/a.cs", "Net.HttpClient"));

    [Fact]
    public void Definition_in_a_file_of_its_name_gets_half_more()
        => Assert.Equal(1.5, Strength("HttpClient", "src/HttpClient.cs", "Net.HttpClient"));

    [Fact]
    public void Definition_inside_of_a_question_gets_the_smaller_weight()
        => Assert.Equal(0.5, Strength("where does HttpClient retry", "src/a.cs", "Net.HttpClient"));

    [Fact]
    public void Definition_of_another_case_gets_four_fifths()
        => Assert.Equal(0.8, Strength("httpClient", "src/a.cs", "HttpClient"), precision: 9);

    [Fact]
    public void Qualified_name_prefers_the_definition_in_that_type()
    {
        Assert.Equal(1, Strength("Parser.Parse", "src/a.cs", "Json.Parser.Parse"));
        Assert.Equal(0.7, Strength("Parser.Parse", "src/a.cs", "Json.Reader.Parse"), precision: 9);
        Assert.Equal(1, Strength("absl::StrCat", "src/a.cc", "absl.StrCat"));
    }

    [Fact]
    public void Later_definitions_of_a_chunk_count_too()
        => Assert.Equal(1, Strength("Second", "src/a.cs", "First", "Second"));

    [Theory]
    [InlineData("HttpClients", "HttpClient")]
    [InlineData("Client", "HttpClient")]
    public void Other_names_get_nothing(string query, string definition)
        => Assert.Equal(0, Strength(query, "src/a.cs", definition));

    private double Strength(string query, string path, params string[] definitions)
    {
        var candidate = RankingFixture.Candidate(path, 0.1, definitions);
        RankingFixture.Apply(_rule, query, candidate);
        return candidate.Part("definition");
    }
}
