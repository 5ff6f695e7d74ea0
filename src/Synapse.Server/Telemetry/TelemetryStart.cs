namespace Synapse.Server.Telemetry;

/// <summary>Makes the instruments that are read at an export: they have to be there before the first.</summary>
internal sealed class TelemetryStart : IHostedService
{
    public TelemetryStart(ProviderInstruments providers, ServerInstruments server)
    {
        ArgumentNullException.ThrowIfNull(providers);
        ArgumentNullException.ThrowIfNull(server);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
