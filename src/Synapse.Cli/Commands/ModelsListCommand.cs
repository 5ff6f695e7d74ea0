using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models list</c>: what there is to get, and what is here.</summary>
internal static class ModelsListCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("list",
            """
            Show the models of the catalogue with their size, licence and use, and which of them are installed, with the commit that was fetched.

            Sizes are those of the weights: about what is fetched, and the least that the model takes in memory. Models that are not in the
            catalogue can be had too, by their id on the hub (OWNER/NAME), when they come with weights in ONNX.

            Examples:
              synapse models list
              synapse models list --json
            """)
        {
            json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(SharedOptions.DataFolderOf(parsed), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var list = await connection.Client.ListModelsAsync(cancellationToken);
        if (json)
        {
            JsonOutput.Write(list, OutputJsonContext.Default.ModelListResponse);
        }
        else
        {
            ModelPrinter.Print(list, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return ExitCodes.Ok;
    }
}
