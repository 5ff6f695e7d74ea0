using System.CommandLine;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse restore</c>: a store from a backup.</summary>
internal static class RestoreCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A file of 'synapse backup'." };
        var check = new Option<bool>("--check") { Description = "Only read the file from end to end and compare every hash. Exports of collections can be checked too." };
        var json = SharedOptions.Json();
        var command = new Command("restore",
            """
            Restore a backup into an empty data folder (--data), or into the empty database that DATABASE_URL names, and compare the two at the end.

            The whole file is checked first; one that is damaged is refused, and nothing is written. A restore that was stopped or killed goes on where it
            was: run the same command again. Until it is finished, nothing else starts on that store. A store that is not empty is refused.

            No server may run there. Nothing is read or embedded anew, and no model is asked.

            Examples:
              synapse restore /backups/synapse-20261128-030000.synapse --check
              synapse restore /backups/synapse-20261128-030000.synapse --data /srv/synapse
            """)
        {
            file, check, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), Path.GetFullPath(parsed.GetValue(file)!), parsed.GetValue(check), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string file, bool check, bool json, CancellationToken cancellationToken)
    {
        try
        {
            if (check)
            {
                await using var line = new CopyLine(Console.IsErrorRedirected || json);
                var held = await Task.Run(() => StoreRestoring.CheckAsync(file, line.Show, cancellationToken), cancellationToken);
                await line.DisposeAsync();
                ArchivePrinter.Write(held, json);
                return ExitCodes.Ok;
            }

            RestoreReport restored;
            await using (var line = new CopyLine(Console.IsErrorRedirected || json))
            {
                // Reading and writing SQLite is work of this thread.
                restored = await Task.Run(() => StoreRestoring.RunAsync(dataFolder, file, line.Show, cancellationToken), cancellationToken);
            }

            ArchivePrinter.Write(restored, json);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            return new ErrorReport(json).Write(ErrorCodes.Cancelled, "Stopped. What was restored so far is kept; run the same command again to go on.", ExitCodes.Cancelled);
        }
    }
}
