using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Chat;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Providers.Embedding;
using Synapse.Providers.Metering;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Telemetry;

namespace Synapse.Providers.Tests.Metering;

public sealed class MeteringTests
{
    [Fact]
    public async Task A_status_tells_tokens_cost_and_latency_by_the_price_table()
    {
        await using var bench = ProviderBench.Start("openai");
        var models = bench.Models(bench.Settings() with { Prices = new Dictionary<string, TokenPrice> { ["chat-model"] = new(2m, 8m) } });

        var unknown = bench.Statuses().List()[0];
        var outcome = await bench.AskAsync(models);
        var status = bench.Statuses().List()[0];

        var usage = outcome.Finished!.Usage!;
        Assert.Equal(ProviderState.Unknown, unknown.State);
        Assert.Equal(ProviderState.Ready, status.State);
        Assert.Equal((usage.InputTokens, usage.OutputTokens), (status.InputTokens, status.OutputTokens));
        Assert.Equal(((usage.InputTokens * 2m) + (usage.OutputTokens * 8m)) / 1_000_000m, status.Cost);
        Assert.NotNull(status.LatencyMs);
        Assert.Equal("chat-model", status.Roles["chat"]);
        Assert.Equal(("openai", bench.Server.Address.Authority), (status.Kind, status.Host));
    }

    [Fact]
    public async Task Operations_are_measured_and_traced_by_the_GenAI_conventions_without_content()
    {
        var measured = new ConcurrentBag<(string Name, string Model)>();
        var traced = new ConcurrentBag<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ProviderTelemetry.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = traced.Add,
        };
        ActivitySource.AddActivityListener(listener);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, own) =>
            {
                if (instrument.Meter.Name == ProviderTelemetry.SourceName)
                {
                    own.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => measured.Add((instrument.Name, ModelIn(tags))));
        meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => measured.Add((instrument.Name, ModelIn(tags))));
        meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => measured.Add((instrument.Name, ModelIn(tags))));
        meters.Start();
        await using var bench = ProviderBench.Start("openai");
        // A name of its own tells this test's operations from those of others that run meanwhile.
        await bench.AskAsync(bench.Models(bench.Settings() with { ChatModel = "metered-model" }));

        Assert.Contains(("gen_ai.client.operation.duration", "metered-model"), measured);
        Assert.Contains(("gen_ai.client.token.usage", "metered-model"), measured);
        var span = Assert.Single(traced, activity => Equals(activity.GetTagItem("gen_ai.request.model"), "metered-model"));
        Assert.Equal("openai", span.GetTagItem("gen_ai.provider.name"));
        Assert.DoesNotContain(span.TagObjects, tag => $"{tag.Value}".Contains("Cats", StringComparison.Ordinal));
        Assert.DoesNotContain(span.Events, item => item.Tags.Any(tag => $"{tag.Value}".Contains("Cats", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task One_call_registers_chat_embeddings_and_statuses()
    {
        await using var bench = ProviderBench.Start("openai");
        using var services = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IEgress>(bench.Egress)
            .AddProviders([bench.Settings("chat") with { EmbeddingModel = null }, bench.Settings("embedding") with { ChatModel = null }])
            .BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

        var outcome = await bench.AskAsync(services.GetRequiredService<IChatModels>());
        var embedder = services.GetRequiredService<ProviderEmbedder>();
        var space = await embedder.GetSpaceAsync(TestContext.Current.CancellationToken);

        Assert.Null(outcome.Error);
        Assert.Equal("embedding", embedder.Provider);
        Assert.True(space.Dimensions > 0);
        Assert.Equal(["chat", "embedding"], services.GetRequiredService<IProviderStatuses>().List().Select(status => status.Name));
    }

    [Fact]
    public void Without_providers_nothing_is_configured_and_nothing_embeds()
    {
        using var services = new ServiceCollection().AddLogging().AddSingleton<IEgress>(new LoopbackEgress()).AddProviders([]).BuildServiceProvider();

        Assert.False(services.GetRequiredService<IChatModels>().IsConfigured(ModelRole.Chat, localOnly: false));
        Assert.Empty(services.GetRequiredService<IProviderStatuses>().List());
        Assert.Null(services.GetService<ProviderEmbedder>());
    }

    private static string ModelIn(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == "gen_ai.request.model")
            {
                return $"{tag.Value}";
            }
        }

        return "";
    }
}
