using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse models verify</c>: are the files still what came?</summary>
internal static class ModelsVerifyCommand
{
    public static Command Create()
    {
        var names = ModelsCommand.Names("Names of installed models. Without any, all are compared.", ArgumentArity.ZeroOrMore);
        var json = SharedOptions.Json();
        var command = new Command("verify",
            """
            Compare every file of installed models with its lock, byte by byte. Nothing is fetched.

            A file that is missing, has other bytes, or is not in the lock is named, and the exit code is 1. 'synapse models pull NAME' fetches
            what is wrong.

            Examples:
              synapse models verify
              synapse models verify bge-small-en-v1.5 --json
            """)
        {
            names, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(names) ?? [], parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, string[] names, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        if (names.Length == 0)
        {
            names = [.. (await connection.Client.ListModelsAsync(cancellationToken)).Models.Where(model => model.Installed is not null).Select(model => model.Name)];
        }

        var found = new List<ModelVerificationResponse>();
        foreach (var name in names)
        {
            found.Add(await connection.Client.VerifyModelAsync(name, cancellationToken));
        }

        var whole = found.TrueForAll(model => model.Whole);
        if (json)
        {
            JsonOutput.Write(new VerifyOutput(whole, found), OutputJsonContext.Default.VerifyOutput);
        }
        else
        {
            ModelPrinter.Print(found, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return whole ? ExitCodes.Ok : ExitCodes.NotFound;
    }
}
