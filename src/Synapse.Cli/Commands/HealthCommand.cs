using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse health</c>: whether the running server can answer questions, for what watches it and has no other program to ask with.</summary>
internal static class HealthCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("health",
            """
            Say whether the running server is ready: with exit code 0 if it is, 1 if none runs, 3 if it cannot answer at present.

            It asks GET /api/health/ready over the server's Unix socket, opens no other connection, and starts no server.

            Example:
              synapse health
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
        var health = await connection.Client.GetReadyAsync(cancellationToken);
        if (json)
        {
            JsonOutput.Write(health, OutputJsonContext.Default.HealthResponse);
        }
        else
        {
            new Terminal(Console.Out, Console.IsOutputRedirected).Line(health.Status);
        }

        return ExitCodes.Ok;
    }
}
