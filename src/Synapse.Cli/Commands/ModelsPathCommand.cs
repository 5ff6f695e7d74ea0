using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models path</c>: where a model lies, for other programs.</summary>
internal static class ModelsPathCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("model") { Description = "Name of an installed model." };
        var json = SharedOptions.Json();
        var command = new Command("path",
            """
            Print the folder of an installed model, for scripts and other programs. A model that is not there, or lacks files, is an error.

            Example:
              ls -l "$(synapse models path bge-small-en-v1.5)"
            """)
        {
            name, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(SharedOptions.DataFolderOf(parsed), parsed.GetValue(name)!, parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string name, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var model = await connection.Client.GetModelAsync(name, cancellationToken);
        if (json)
        {
            JsonOutput.Write(new ModelPathOutput(model.Name, model.Installed!.Path), OutputJsonContext.Default.ModelPathOutput);
        }
        else
        {
            new Terminal(Console.Out, Console.IsOutputRedirected).Line(model.Installed!.Path);
        }

        return ExitCodes.Ok;
    }
}
