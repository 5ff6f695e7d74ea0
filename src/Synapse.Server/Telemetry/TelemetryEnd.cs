using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Synapse.Server.Telemetry;

/// <summary>Exports what is left when the server stops, while the ledger that the export is entered in can still be written.</summary>
internal sealed class TelemetryEnd(MeterProvider metrics, TracerProvider? traces = null, LoggerProvider? logs = null) : IHostedService
{
    private const int MostMilliseconds = 2_000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            traces?.Shutdown(MostMilliseconds);
            metrics.Shutdown(MostMilliseconds);
            logs?.Shutdown(MostMilliseconds);
        },
        cancellationToken);
}
