using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse status</c>: what is indexed, and what is being done.</summary>
internal static class StatusCommand
{
    public static Command Create()
    {
        var skipped = new Option<bool>("--skipped") { Description = "Name every file that was left out, with the reason." };
        var json = SharedOptions.Json();
        var command = new Command("status",
            """
            Show the data folder, whether a server runs on it, the collections with their sources, and unfinished jobs.

            Examples:
              synapse status
              synapse status --skipped
            """)
        {
            skipped, json,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            SharedOptions.DataFolderOf(parsed), parsed.GetValue(skipped), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(DataFolder dataFolder, bool skipped, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        var collections = (await connection.Client.ListCollectionsAsync(cancellationToken)).Collections;
        var sources = (await connection.Client.ListSourcesAsync(cancellationToken: cancellationToken)).Sources;
        var leftOut = skipped ? await ListSkippedAsync(connection.Client, sources, cancellationToken) : null;
        var jobs = (await connection.Client.ListJobsAsync(unfinishedOnly: true, cancellationToken: cancellationToken)).Jobs;
        var health = await connection.Client.GetHealthAsync(cancellationToken);
        var status = new StatusOutput(
            dataFolder.Path,
            health.Offline,
            connection.Server is { } server ? new ServerOutput(server.Address, server.Pid) : null,
            [.. collections.Select(collection => CollectionOutput.Of(collection, sources, leftOut))],
            [.. jobs.Select(JobOutput.Of)],
            health.Providers);
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

    private static async Task<Dictionary<long, IReadOnlyList<SkippedFileResponse>>> ListSkippedAsync(
        SynapseClient client, IReadOnlyList<SourceResponse> sources, CancellationToken cancellationToken)
    {
        var skipped = new Dictionary<long, IReadOnlyList<SkippedFileResponse>>(sources.Count);
        foreach (var source in sources)
        {
            skipped[source.Id] = (await client.ListSkippedFilesAsync(source.Id, cancellationToken)).Files;
        }

        return skipped;
    }
}
