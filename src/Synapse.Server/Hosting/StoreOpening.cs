using Microsoft.Extensions.Options;
using Synapse.Errors;
using Synapse.Postgres;
using Synapse.Storage;

namespace Synapse.Server.Hosting;

/// <summary>Opens the store before anything else, and waits for a database that starts at the same time.</summary>
internal sealed partial class StoreOpening(
    IServiceProvider services, ServerOptions options, IOptions<PostgresOptions> postgres, TimeProvider time, ILogger<StoreOpening> logger)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Opens the store.</summary>
    /// <exception cref="SynapseException">It cannot be opened; what may pass by itself was waited for, by a server, not by a command.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await OpenWhenThereAsync(cancellationToken);
        if (services.GetRequiredService<ILibraryStore>() is IImportableStore store && await store.FindUnfinishedCopyAsync(cancellationToken) is not null)
        {
            throw new StoreUnfinishedException(store.Name);
        }
    }

    private async Task OpenWhenThereAsync(CancellationToken cancellationToken)
    {
        if (services.GetService<DatabaseAddress>() is not { } address)
        {
            services.GetRequiredService<ILibraryStore>();
            return;
        }

        var patience = options.ServesPages ? postgres.Value.StartTimeout : TimeSpan.Zero;
        var started = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Task.Run(services.GetRequiredService<ILibraryStore>, cancellationToken).WaitAsync(cancellationToken);
                LogOpened(address.Name);
                return;
            }
            catch (StoreUnavailableException absent) when (time.GetElapsedTime(started) < patience)
            {
                if (attempt == 1)
                {
                    LogWaiting(absent.Message, patience);
                }

                await Task.Delay(s_pause, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "Documents are kept in {Store}")]
    private partial void LogOpened(string store);

    [LoggerMessage(LogLevel.Warning, "{Reason} It may be starting; waiting for it for up to {Patience}")]
    private partial void LogWaiting(string reason, TimeSpan patience);
}
