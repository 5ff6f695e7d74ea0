using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Synapse.Ingestion;
using Synapse.Server.Hosting;

namespace Synapse.Server.Tests.Contract;

/// <summary>The table of settings in docs/cli.md says what the classes of options say.</summary>
public sealed class SettingsPageTests
{
    [Fact]
    public void Every_limit_of_ingestion_is_described_with_its_default_and_range()
    {
        var page = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Contract", "cli.md"));
        var standard = new IngestionOptions();
        var limits = typeof(IngestionOptions).GetProperties().Where(property => property.GetCustomAttribute<RangeAttribute>() is not null).ToList();
        Assert.True(limits.Count >= 9, $"Only {limits.Count} limits were seen.");
        Assert.All(limits, limit => Assert.Contains(
            $"| `{IngestionOptions.SectionName}:{limit.Name}` | {SectionFaults.Format(limit.GetValue(standard))} | {SectionFaults.Describe(limit.GetCustomAttribute<RangeAttribute>()!, limit)}",
            page,
            StringComparison.Ordinal));
    }
}
