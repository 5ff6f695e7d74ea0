using Synapse.Retrieval.Ranking;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Retrieval.Ranking;

public sealed class FileKindPenaltyTests
{
    private static readonly RankingWeights s_weights = new();

    public static TheoryData<string, string, bool> Files { get; } = new()
    {
        { "testPenalty", "tests/a.cs", true },
        { "testPenalty", "src/test/java/Json.java", true },
        { "testPenalty", "pkg/router_test.go", true },
        { "testPenalty", "src/JsonReaderTests.cs", true },
        { "testPenalty", "web/button.spec.ts", true },
        { "testPenalty", "test_client.py", true },
        { "testPenalty", "conftest.py", true },
        { "testPenalty", "src/testclient.py", false },
        { "testPenalty", "src/latest.py", false },
        { "testPenalty", "src/contest/rules.py", false },
        { "examplePenalty", "examples/chat/main.go", true },
        { "examplePenalty", "src/example.go", false },
        { "vendoredPenalty", "third_party/zlib/inflate.c", true },
        { "vendoredPenalty", "node_modules/left-pad/index.js", true },
        { "vendoredPenalty", "src/vendors.cs", false },
        { "generatedPenalty", "api/service.pb.go", true },
        { "generatedPenalty", "web/app.min.js", true },
        { "generatedPenalty", "Forms/Main.Designer.cs", true },
        { "generatedPenalty", "package-lock.json", true },
        { "generatedPenalty", "src/generator.cs", false },
        { "legacyPenalty", "src/compat/strings.py", true },
        { "legacyPenalty", "lib/legacy_parser.rb", true },
        { "legacyPenalty", "src/compatibility.md", false },
        { "declarationFilePenalty", "lib/index.d.ts", true },
        { "declarationFilePenalty", "lib/index.ts", false },
        { "barrelPenalty", "src/pkg/__init__.py", true },
        { "barrelPenalty", "src/index.ts", true },
        { "barrelPenalty", "src/indexer.ts", false },
        { "benchmarkPenalty", "benches/parse.rs", true },
        { "benchmarkPenalty", "src/json_benchmark.cc", true },
        { "benchmarkPenalty", "src/benchmark.cc", false },
    };

    public static TheoryData<string, string, string> Requests { get; } = new()
    {
        { "testPenalty", "tests/a.cs", "unit tests of the parser" },
        { "examplePenalty", "examples/a.go", "an example of a chat server" },
        { "vendoredPenalty", "vendor/a.go", "vendored zlib" },
        { "generatedPenalty", "api/a.pb.go", "generated service code" },
        { "legacyPenalty", "compat/a.py", "backwards compatibility of strings" },
        { "declarationFilePenalty", "a.d.ts", "declarations of the options" },
        { "barrelPenalty", "pkg/__init__.py", "what the package exports" },
        { "benchmarkPenalty", "bench/a.cs", "parser benchmark" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Penalty_covers_files_by_their_path(string rule, string path, bool covered)
        => Assert.Equal(covered, Rule(rule).Covers(FileTraits.Of(path)));

    [Theory]
    [MemberData(nameof(Requests))]
    public void Penalty_is_waived_when_the_query_asks_for_such_files(string rule, string path, string query)
    {
        var asked = RankingFixture.Candidate(path, 1);
        RankingFixture.Apply(Rule(rule), query, asked);
        Assert.Equal(1, asked.Score);

        var unasked = RankingFixture.Candidate(path, 1);
        RankingFixture.Apply(Rule(rule), "zebra crossing", unasked);
        Assert.InRange(unasked.Score, 0.1, 0.9);
    }

    [Fact]
    public void Penalty_is_a_negative_part_of_the_score_so_far()
    {
        // 0.8 with 35 % kept: 0.8 − 0.52 = 0.28.
        var candidate = RankingFixture.Candidate("tests/a.cs", 0.8);
        RankingFixture.Apply(new TestPenalty(s_weights with { Test = 0.35 }), "zebra", candidate);
        Assert.Equal(-0.52, candidate.Part("testPenalty"), precision: 9);
        Assert.Equal(0.28, candidate.Score, precision: 9);
    }

    private static FileKindPenalty Rule(string name) => RankingRules.Create(s_weights).OfType<FileKindPenalty>().Single(rule => rule.Name == name);
}
