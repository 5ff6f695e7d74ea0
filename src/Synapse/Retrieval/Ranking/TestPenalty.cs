using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>Tests, their fixtures and mocks stand behind what they test.</summary>
internal sealed class TestPenalty(RankingWeights weights) : FileKindPenalty(QueryTopics.Tests, weights.Test)
{
    private static readonly FrozenSet<string> s_folders = FrozenSet.ToFrozenSet(
        ["test", "tests", "testing", "__tests__", "__mocks__", "spec", "specs", "testdata", "test_data", "fixtures", "androidtest", "jvmtest", "commontest", "e2e"]);

    /// <inheritdoc/>
    public override string Name => "testPenalty";

    /// <inheritdoc/>
    public override bool Covers(FileTraits file)
        => file.IsUnder(s_folders) || IsTestName(file);

    private static bool IsTestName(FileTraits file)
        => file.StemWords.Count > 1
            && (file.StemWords[0] is "test" or "tests" || file.StemWords[^1] is "test" or "tests" or "spec" or "specs" or "unittest")
            || file.Name is "conftest.py";
}
