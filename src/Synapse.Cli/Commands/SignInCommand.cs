using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse sign-in</c>: a new one-time link for a browser.</summary>
internal static class SignInCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("sign-in",
            """
            Print a new link that signs a browser in to the running server. It works once and for a short time.

            Example:
              synapse sign-in
            """)
        {
            json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(SharedOptions.DataFolderOf(parsed), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, bool json, CancellationToken cancellationToken)
    {
        using var connection = await ServerConnection.FindAsync(dataFolder, cancellationToken)
            ?? throw new NoServerException(dataFolder.Path);
        var link = await connection.Client.CreateSignInLinkAsync(cancellationToken);
        if (json)
        {
            JsonOutput.Write(new SignInOutput(link.Url, link.ExpiresAt), OutputJsonContext.Default.SignInOutput);
        }
        else
        {
            new Terminal(Console.Out, Console.IsOutputRedirected).Line(link.Url);
        }

        return ExitCodes.Ok;
    }
}
