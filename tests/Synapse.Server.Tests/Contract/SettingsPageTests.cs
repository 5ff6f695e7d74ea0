using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.LocalModels;
using Synapse.Postgres;
using Synapse.Retrieval;
using Synapse.Server.Hosting;

namespace Synapse.Server.Tests.Contract;

/// <summary>The table of settings in docs/cli.md says what the classes of options say.</summary>
public sealed class SettingsPageTests
{
    [Fact]
    public void Every_limit_of_embedding_is_described_with_its_default_and_range()
        => AssertDescribed(new EmbeddingOptions(), EmbeddingOptions.SectionName, least: 1);

    [Fact]
    public void Every_limit_of_ingestion_is_described_with_its_default_and_range()
        => AssertDescribed(new IngestionOptions(), IngestionOptions.SectionName, least: 9);

    [Fact]
    public void Every_limit_of_retrieval_is_described_with_its_default_and_range()
        => AssertDescribed(new RetrievalOptions(), RetrievalOptions.SectionName, least: 1);

    [Fact]
    public void Every_limit_of_local_models_is_described_with_its_default_and_range()
        => AssertDescribed(new LocalModelOptions(), LocalModelOptions.SectionName, least: 2);

    [Fact]
    public void Every_limit_of_the_team_store_is_described_with_its_default_and_range()
        => AssertDescribed(new PostgresOptions(), PostgresOptions.SectionName, least: 6);

    private static void AssertDescribed<TOptions>(TOptions standard, string section, int least)
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contract", "cli.md"));
        var limits = typeof(TOptions).GetProperties().Where(property => property.GetCustomAttribute<RangeAttribute>() is not null).ToList();
        Assert.True(limits.Count >= least, $"Only {limits.Count} limits were seen.");
        Assert.All(limits, limit => Assert.Contains(
            $"| `{section}:{limit.Name}` | {SectionFaults.Format(limit.GetValue(standard))} | {SectionFaults.Describe(limit.GetCustomAttribute<RangeAttribute>()!, limit)}",
            page,
            StringComparison.Ordinal));
    }
}
