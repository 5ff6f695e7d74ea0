using Microsoft.Extensions.Options;
using Synapse.Errors;
using Synapse.Ingestion;

namespace Synapse.Server.Workers;

/// <summary>Keeps work going that needs the store: while that is away it waits, where a worker that fails would take the server down with it.</summary>
internal sealed partial class StorePatience(IOptions<IngestionOptions> options, TimeProvider time, ILogger<StorePatience> logger)
{
    /// <summary>Runs work to its end, from its beginning again after the store was away.</summary>
    /// <param name="what">What the work is, for the log.</param>
    /// <param name="work">May be run several times.</param>
    /// <param name="stoppingToken">Stops the work. An orderly stop is no fault: when the start fails, the host would take it for one.</param>
    public async Task RunAsync(string what, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await work(stoppingToken);
                return;
            }
            catch (SynapseException away) when (away.Kind == SynapseErrorKind.Unavailable)
            {
                LogWaits(what, away.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }

            if (!await WaitAsync(stoppingToken))
            {
                return;
            }
        }
    }

    private async Task<bool> WaitAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.Delay(options.Value.RetryDelay, time, stoppingToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Work} waits: {Reason}")]
    private partial void LogWaits(string work, string reason);
}
