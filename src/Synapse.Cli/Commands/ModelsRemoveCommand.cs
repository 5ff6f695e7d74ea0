using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models remove</c>: takes models away.</summary>
internal static class ModelsRemoveCommand
{
    public static Command Create()
    {
        var names = ModelsCommand.Names("Names of installed models.", ArgumentArity.OneOrMore);
        var json = SharedOptions.Json();
        var command = new Command("remove",
            """
            Remove installed models with their locks. What was embedded with them stays, and cannot be searched by meaning without them.

            Example:
              synapse models remove all-mpnet-base-v2
            """)
        {
            names, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(SharedOptions.DataFolderOf(parsed), parsed.GetValue(names)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string[] names, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        foreach (var name in names)
        {
            await connection.Client.DeleteModelAsync(name, cancellationToken);
            if (!json)
            {
                new Terminal(Console.Out, Console.IsOutputRedirected).Line($"Removed the model '{Terminal.Clean(name)}'.");
            }
        }

        if (json)
        {
            JsonOutput.Write(new RemovedModelsOutput(names), OutputJsonContext.Default.RemovedModelsOutput);
        }

        return ExitCodes.Ok;
    }
}
