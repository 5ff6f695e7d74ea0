using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Synapse.Privacy;
using Synapse.Providers.Metering;
using Synapse.Telemetry;

namespace Synapse.Server.Telemetry;

/// <summary>Exports metrics and traces to the collector that the operator named; registered only when there is one.</summary>
internal static class TelemetryRegistration
{
    private static readonly TimeSpan ExportLimit = TimeSpan.FromSeconds(10);

    /// <summary>Adds the export.</summary>
    public static IServiceCollection AddSynapseTelemetry(this IServiceCollection services, TelemetryEndpoint endpoint)
    {
        services.AddSingleton<ProviderInstruments>();
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("synapse", serviceVersion: typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics => metrics
                .AddMeter(SynapseTelemetry.SourceName, ProviderTelemetry.SourceName, ProviderInstruments.SourceName)
                .AddReader(provider =>
                {
                    // Instruments that are read at the export have to be there before.
                    provider.GetRequiredService<ProviderInstruments>();
                    return new PeriodicExportingMetricReader(new OtlpMetricExporter(Options(endpoint, "v1/metrics", provider)));
                }))
            .WithTracing(traces => traces
                // The web server's own span is not exported and so not sampled; without this, nothing below it would be.
                .SetSampler(new AlwaysOnSampler())
                .AddSource(SynapseTelemetry.SourceName, ProviderTelemetry.SourceName)
                .AddProcessor(provider => new BatchActivityExportProcessor(new OtlpTraceExporter(Options(endpoint, "v1/traces", provider)))));
        services.AddHostedService<TelemetryEnd>();
        return services;
    }

    private static OtlpExporterOptions Options(TelemetryEndpoint endpoint, string path, IServiceProvider provider) => new()
    {
        Endpoint = new Uri($"{endpoint.Route.Endpoint.AbsoluteUri.TrimEnd('/')}/{path}"),
        Protocol = OtlpExportProtocol.HttpProtobuf,
        Headers = endpoint.Headers ?? "",
        TimeoutMilliseconds = (int)ExportLimit.TotalMilliseconds,
        HttpClientFactory = () =>
        {
            var client = provider.GetRequiredService<IEgress>().CreateClient(endpoint.Route, new TelemetryHandler());
            client.Timeout = ExportLimit;
            return client;
        },
    };
}
