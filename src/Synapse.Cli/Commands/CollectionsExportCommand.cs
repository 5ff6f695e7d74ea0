using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse collections export</c>: one collection in one file.</summary>
internal static class CollectionsExportCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("name") { Description = "The collection." };
        var file = new Argument<string?>("file") { Description = "File to write, or a folder for a file named after the collection. Default: the current folder.", Arity = ArgumentArity.ZeroOrOne };
        var replace = BackupCommand.Replace();
        var json = SharedOptions.Json();
        var command = new Command("export",
            """
            Write one collection into one file, while Synapse goes on: its documents with texts, chunks and embeddings, its privacy, files left out
            and questions. Whoever has the file can read all of that, and where the documents lay. The egress ledger is not in it.

            Example:
              synapse collections export handbook handbook.synapse
            """)
        {
            name, file, replace, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(name)!, parsed.GetValue(file), parsed.GetValue(replace), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string name, string? file, bool replace, bool json, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
            var request = new ExportCollectionRequest(name, ArchivePaths.Of(file, ArchiveNames.Collection(name)), replace);
            var written = (await ArchiveFollowing.RunAsync(connection.Client.ExportCollectionAsync(request, cancellationToken), json, cancellationToken)).Archived!;
            ArchivePrinter.Write(written, json);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            return new ErrorReport(json).Write(ErrorCodes.Cancelled, "Stopped. There is no export of this run.", ExitCodes.Cancelled);
        }
    }
}
