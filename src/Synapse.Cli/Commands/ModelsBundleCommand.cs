using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models bundle</c>: packs models for a machine that does not connect.</summary>
internal static class ModelsBundleCommand
{
    public static Command Create()
    {
        var names = ModelsCommand.Names("Names of installed models.", ArgumentArity.OneOrMore);
        var output = new Option<string>("--output", "-o") { Description = "File to write, a new one.", HelpName = "FILE.tar.gz", Required = true };
        var json = SharedOptions.Json();
        var command = new Command("bundle",
            """
            Pack installed models with their locks into one file, to be imported on a machine that does not connect.

            Each model is compared with its lock first. The same models always give the same bytes.

            Example:
              synapse models bundle bge-small-en-v1.5 bge-reranker-base --output models.tar.gz
            """)
        {
            names, output, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(names)!, parsed.GetValue(output)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string[] names, string output, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var bundle = await connection.Client.BundleModelsAsync(new BundleModelsRequest(names, Path.GetFullPath(output)), cancellationToken);
        if (json)
        {
            JsonOutput.Write(bundle, OutputJsonContext.Default.ModelBundleResponse);
        }
        else
        {
            ModelPrinter.Print(bundle, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return ExitCodes.Ok;
    }
}
