using Synapse.Sqlite.Tests.TestSupport;
using Synapse.StoreConformance;

namespace Synapse.Sqlite.Tests;

public sealed class SuiteTests
{
    [Fact]
    public void Every_suite_that_a_store_must_pass_is_run()
    {
        Assert.True(StoreSuite.All.Count >= 9, $"Only {StoreSuite.All.Count} suites were seen.");
        Assert.Empty(StoreSuite.MissingFrom(typeof(SuiteTests).Assembly));
    }
}

public sealed class CatalogueTests() : CatalogueSuite(new SqliteHarness());

public sealed class IngestionTests() : IngestionSuite(new SqliteHarness());

public sealed class SnapshotTests() : SnapshotSuite(new SqliteHarness());

public sealed class KeywordSearchTests() : KeywordSearchSuite(new SqliteHarness());

public sealed class JobTests() : JobSuite(new SqliteHarness());

public sealed class EmbeddingCacheTests() : EmbeddingCacheSuite(new SqliteHarness());
