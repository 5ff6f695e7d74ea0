using Synapse.Postgres.Tests.TestSupport;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests;

public sealed class SuiteTests
{
    // Those that keyword and vector search are still missing for.
    private static readonly string[] s_missing = [nameof(EmbeddingSpaceSuite), nameof(KeywordSearchSuite), nameof(SnapshotSuite), nameof(VectorSearchSuite)];

    [Fact]
    public void Every_suite_that_a_store_must_pass_is_run()
    {
        Assert.True(StoreSuite.All.Count >= 7, $"Only {StoreSuite.All.Count} suites were seen.");
        Assert.Equal(s_missing, StoreSuite.MissingFrom(typeof(SuiteTests).Assembly));
    }
}

public sealed class CatalogueTests() : CatalogueSuite(new PostgresHarness());

public sealed class IngestionTests() : IngestionSuite(new PostgresHarness());

public sealed class LedgerTests() : LedgerSuite(new PostgresHarness());
