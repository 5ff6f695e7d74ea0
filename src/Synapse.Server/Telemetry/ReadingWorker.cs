namespace Synapse.Server.Telemetry;

/// <summary>Looks at the server every few seconds, for the collector: what is sent by the clock has nobody who asks before.</summary>
internal sealed class ReadingWorker(ServerReadings readings, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            await readings.RefreshAsync(stoppingToken);
            await Task.Delay(s_interval, time, stoppingToken);
        }
    }
}
