using System.CommandLine;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Storage.Copying;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse store copy</c>: moves house.</summary>
internal static class StoreCopyCommand
{
    private const string Url = "URL";

    public static Command Create()
    {
        var from = new Option<string>("--from") { Description = "The store to copy: sqlite:///path/to/data-folder or postgres://user@host/database.", HelpName = Url, Required = true };
        var to = new Option<string>("--to") { Description = "Where to: empty, or an unfinished copy of the same store.", HelpName = Url, Required = true };
        var json = SharedOptions.Json();
        var command = new Command("copy",
            """
            Copy everything that is indexed from one store into another, and compare the two at the end.

            Collections, sources, documents, embeddings, files left out and the egress ledger are copied; nothing is read or embedded anew.
            A copy that was stopped or killed goes on where it was: run the same command again. The source is only read.

            No server may run on a data folder that is copied, and none on the target before the copy is finished.
            The password of a database stands in its URL, or in the file that DATABASE_PASSWORD_FILE names.

            Examples:
              synapse store copy --from sqlite:///home/me/.local/share/synapse --to postgres://synapse@db.internal/synapse
              synapse store copy --from postgres://synapse@db.internal/synapse --to sqlite:///srv/synapse
            """)
        {
            from, to, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(from)!, parsed.GetValue(to)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string from, string to, bool json, CancellationToken cancellationToken)
    {
        CopyReport copied;
        try
        {
            await using var line = new CopyLine(Console.IsErrorRedirected || json);
            // Reading and writing SQLite is work of this thread.
            copied = await Task.Run(() => StoreCopying.RunAsync(dataFolder, from, to, line.Show, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return new ErrorReport(json).Write(ErrorCodes.Cancelled, "Stopped. What was copied so far is kept; run the same command again to go on.", ExitCodes.Cancelled);
        }

        if (json)
        {
            JsonOutput.Write(CopyOutput.Of(copied), OutputJsonContext.Default.CopyOutput);
        }
        else
        {
            CopyPrinter.Print(copied, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return ExitCodes.Ok;
    }
}
