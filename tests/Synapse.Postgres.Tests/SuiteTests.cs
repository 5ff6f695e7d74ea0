using Synapse.Postgres.Tests.TestSupport;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests;

public sealed class SuiteTests
{
    [Fact]
    public void Every_suite_that_a_store_must_pass_is_run()
    {
        Assert.True(StoreSuite.All.Count >= 9, $"Only {StoreSuite.All.Count} suites were seen.");
        Assert.Empty(StoreSuite.MissingFrom(typeof(SuiteTests).Assembly));
    }
}

public sealed class CatalogueTests() : CatalogueSuite(new PostgresHarness());

public sealed class IngestionTests() : IngestionSuite(new PostgresHarness());

public sealed class LedgerTests() : LedgerSuite(new PostgresHarness());

public sealed class EmbeddingSpaceTests() : EmbeddingSpaceSuite(new PostgresHarness());

public sealed class KeywordSearchTests() : KeywordSearchSuite(new PostgresHarness());

public sealed class SnapshotTests() : SnapshotSuite(new PostgresHarness());

public sealed class VectorSearchTests() : VectorSearchSuite(new PostgresHarness());

public sealed class JobTests() : JobSuite(new PostgresHarness());

public sealed class ModelSwitchTests() : ModelSwitchSuite(new PostgresHarness());

public sealed class EmbeddingCacheTests() : EmbeddingCacheSuite(new PostgresHarness());
