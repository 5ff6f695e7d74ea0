using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models import</c>: brings models in without any connection.</summary>
internal static class ModelsImportCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path") { Description = "A bundle, a .zip or .tar.gz archive, or a folder of a model." };
        var name = new Option<string?>("--name") { Description = "Name for a model that comes without a lock. Default: that of the folder or archive.", HelpName = "NAME" };
        var json = SharedOptions.Json();
        var command = new Command("import",
            """
            Bring models in from a file or folder, without any connection: a bundle of 'synapse models bundle', or a model as a hub has it.

            A model with a lock is compared with it; one without gets a lock of what came. Files that are no weights in ONNX, JSON or known text are
            left out and named. An archive with links, paths that lead out, or more than the limit is refused whole. An import takes the place of a model of the same name.

            Examples:
              synapse models import models.tar.gz
              synapse models import ~/exports/my-model --name my-model
            """)
        {
            path, name, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(path)!, parsed.GetValue(name), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string path, string? name, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var imported = await connection.Client.ImportModelsAsync(new ImportModelsRequest(Path.GetFullPath(path), name), cancellationToken);
        if (json)
        {
            JsonOutput.Write(imported, OutputJsonContext.Default.ImportedModelsResponse);
        }
        else
        {
            ModelPrinter.Print(imported, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return ExitCodes.Ok;
    }
}
