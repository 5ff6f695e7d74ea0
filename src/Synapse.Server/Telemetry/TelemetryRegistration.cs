using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Synapse.Egress.Metering;
using Synapse.Postgres.Diagnosis;
using Synapse.Privacy;
using Synapse.Providers.Metering;
using Synapse.Server.Security;
using Synapse.Telemetry;

namespace Synapse.Server.Telemetry;

/// <summary>Gathers metrics, traces and the log for the collector that the operator named, and metrics for what may scrape them; registered only when there is one or the other.</summary>
internal static class TelemetryRegistration
{
    private static readonly TimeSpan ExportLimit = TimeSpan.FromSeconds(10);

    // Of the web server, the runtime and the driver of the database: what they measure has words of fixed sets alone. Kestrel's own meter has not: it names the path of the socket.
    private static readonly string[] Meters = ["Microsoft.AspNetCore.Hosting", "System.Runtime", PostgresTelemetry.SourceName];

    /// <summary>Adds what the settings ask for.</summary>
    public static IServiceCollection AddSynapseTelemetry(this IServiceCollection services, TelemetrySettings settings)
    {
        if (settings is { Collector: null, Metrics: null })
        {
            return services;
        }

        services.AddSingleton<ProviderInstruments>();
        services.AddSingleton<ServerReadings>();
        services.AddSingleton<ServerInstruments>();
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("synapse", serviceVersion: typeof(TelemetryRegistration).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter([SynapseTelemetry.SourceName, EgressTelemetry.SourceName, ProviderTelemetry.SourceName, ProviderInstruments.SourceName, .. Meters]);
                if (settings.Collector is { } collector)
                {
                    metrics.AddReader(provider =>
                    {
                        return new PeriodicExportingMetricReader(new OtlpMetricExporter(Options(collector, "v1/metrics", provider)));
                    });
                }

                if (settings.Metrics is not null)
                {
                    metrics.AddPrometheusExporter(static exporter =>
                    {
                        // The names are unique without the meter; whoever scrapes wants what holds now.
                        exporter.ScopeInfoEnabled = false;
                        exporter.ScrapeResponseCacheDurationMilliseconds = 0;
                    });
                }
            });
        if (settings.Metrics is { } token)
        {
            services.AddMetricsToken(token);
        }

        if (settings.Collector is { } endpoint)
        {
            services.AddHostedService<ReadingWorker>();
            AddTraces(telemetry, endpoint);
            if (settings.SendsLogs)
            {
                AddLog(telemetry, endpoint);
            }
        }

        services.AddHostedService<TelemetryStart>();
        services.AddHostedService<TelemetryEnd>();
        return services;
    }

    private static void AddTraces(OpenTelemetryBuilder telemetry, TelemetryEndpoint endpoint)
        => telemetry.WithTracing(traces => traces
            // A caller that does not sample its own trace does not decide about ours.
            .SetSampler(new AlwaysOnSampler())
            .AddSource(RequestSpans.SourceName, SynapseTelemetry.SourceName, ProviderTelemetry.SourceName)
            .AddProcessor(new RequestSpans())
            .AddProcessor(provider => new BatchActivityExportProcessor(new OtlpTraceExporter(Options(endpoint, "v1/traces", provider)))));

    private static void AddLog(OpenTelemetryBuilder telemetry, TelemetryEndpoint endpoint)
        => telemetry.WithLogging(
            logs => logs.AddProcessor(provider => new BatchLogRecordExportProcessor(new OtlpLogExporter(Options(endpoint, "v1/logs", provider)))),
            static options => options.IncludeFormattedMessage = true);

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
