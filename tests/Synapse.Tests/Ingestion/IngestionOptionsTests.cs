using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Synapse.Ingestion;

namespace Synapse.Tests.Ingestion;

public sealed class IngestionOptionsTests
{
    [Fact]
    public void Bad_settings_are_reported_together_with_key_and_range()
    {
        var services = new ServiceCollection().AddSynapseIngestion();
        services.Configure<IngestionOptions>(options =>
        {
            options.MaxTextBytes = 5;
            options.MaxDepth = 0;
            options.BatchAge = TimeSpan.FromHours(1);
        });
        using var provider = services.BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<IngestionOptions>>().Value);

        Assert.Contains("MaxTextBytes must be between 1024 and 1073741824", refused.Message, StringComparison.Ordinal);
        Assert.Contains("MaxDepth must be between 1 and 1000", refused.Message, StringComparison.Ordinal);
        Assert.Contains("BatchAge must be between 00:00:00.0100000 and 00:01:00", refused.Message, StringComparison.Ordinal);
    }
}
