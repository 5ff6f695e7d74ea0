using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse collections import</c>: a collection from a file.</summary>
internal static class CollectionsImportCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "A file of 'synapse collections export'." };
        var name = new Option<string?>("--name") { Description = "Another name for the collection. Default: its own.", HelpName = "NAME" };
        var json = SharedOptions.Json();
        var command = new Command("import",
            """
            Bring a collection in from a file, while Synapse goes on. Nothing is read or embedded anew.

            The whole file is checked first; one that is damaged is refused, and nothing is imported. With the model of its embeddings in this
            configuration, the collection is searched by words and by meaning at once; without, by words until 'synapse models switch'.
            Its folders are not looked at, unless you index them: 'synapse index PATH --collection NAME'.

            Examples:
              synapse collections import handbook.synapse
              synapse collections import handbook.synapse --name handbook-2026
            """)
        {
            file, name, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(file)!, parsed.GetValue(name), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string file, string? name, bool json, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
            var request = new ImportCollectionRequest(Path.GetFullPath(file), name);
            var imported = (await ArchiveFollowing.RunAsync(connection.Client.ImportCollectionAsync(request, cancellationToken), json, cancellationToken)).Imported!;
            ArchivePrinter.Write(imported, json);
            return ExitCodes.Ok;
        }
        catch (OperationCanceledException)
        {
            return new ErrorReport(json).Write(ErrorCodes.Cancelled, "Stopped. Nothing was imported.", ExitCodes.Cancelled);
        }
    }
}
