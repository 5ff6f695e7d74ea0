using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse status</c>: what is indexed, and what is being done.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var json = SharedOptions.Json();
        var command = new Command("status",
            """
            Show the data folder, whether a server runs on it, the collections with their sources, and unfinished jobs.

            Example:
              synapse status --json
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
        var collections = (await connection.Client.ListCollectionsAsync(cancellationToken)).Collections;
        var sources = (await connection.Client.ListSourcesAsync(cancellationToken: cancellationToken)).Sources;
        var jobs = (await connection.Client.ListJobsAsync(unfinishedOnly: true, cancellationToken: cancellationToken)).Jobs;
        var health = await connection.Client.GetHealthAsync(cancellationToken);
        var status = new StatusOutput(
            dataFolder.Path,
            health.Offline,
            connection.Server is { } server ? new ServerOutput(server.Address, server.Pid) : null,
            [.. collections.Select(collection => CollectionOutput.Of(collection, sources))],
            [.. jobs.Select(JobOutput.Of)]);
        if (json)
        {
            JsonOutput.Write(status, OutputJsonContext.Default.StatusOutput);
        }
        else
        {
            StatusPrinter.Print(status, new Terminal(Console.Out, Console.IsOutputRedirected));
        }

        return ExitCodes.Ok;
    }
}
