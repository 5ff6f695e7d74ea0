using System.CommandLine;
using Synapse.Cli.Connecting;
using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Server.Hosting;

namespace Synapse.Cli.Commands;

/// <summary><c>synapse jobs</c>: what is being indexed, and letting it stand still, go on or end.</summary>
internal static class JobsCommand
{
    private delegate Task<JobResponse> Change(SynapseClient client, long jobId, CancellationToken cancellationToken);

    public static Command Create()
    {
        var all = new Option<bool>("--all") { Description = "Show jobs that have ended as well." };
        var json = SharedOptions.Json();
        var command = new Command("jobs",
            """
            Show the jobs that bring sources up to date, newest first: how far they are, and how long the rest takes.

            A job can be paused, resumed and cancelled, whichever server works on it. What it has stored stays.

            Examples:
              synapse jobs
              synapse jobs pause 12
              synapse jobs resume 12
            """)
        {
            all, json,
            CreateChange("pause", "Let a job stand still until it is resumed.", static (client, jobId, cancellationToken) => client.PauseJobAsync(jobId, cancellationToken)),
            CreateChange("resume", "Let a paused job go on.", static (client, jobId, cancellationToken) => client.ResumeJobAsync(jobId, cancellationToken)),
            CreateChange("cancel", "End a job.", static (client, jobId, cancellationToken) => client.CancelJobAsync(jobId, cancellationToken)),
        };
        command.SetAction((parsed, cancellationToken) => ListAsync(SharedOptions.DataFolderOf(parsed), parsed.GetValue(all), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static Command CreateChange(string name, string description, Change change)
    {
        var id = new Argument<long>("job") { Description = "Number of the job, as 'synapse jobs' shows it." };
        var json = SharedOptions.Json();
        var command = new Command(
            name,
            $"""
            {description} What it has stored stays. A job that has ended is left as it is.

            Example:
              synapse jobs {name} 12
            """)
        {
            id, json,
        };
        command.SetAction((parsed, cancellationToken) => ChangeAsync(SharedOptions.DataFolderOf(parsed), change, parsed.GetValue(id), parsed.GetValue(json), cancellationToken));
        return command;
    }

    private static async Task<int> ListAsync(DataFolder dataFolder, bool all, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        Print((await connection.Client.ListJobsAsync(unfinishedOnly: !all, cancellationToken: cancellationToken)).Jobs, json);
        return ExitCodes.Ok;
    }

    private static async Task<int> ChangeAsync(DataFolder dataFolder, Change change, long jobId, bool json, CancellationToken cancellationToken)
    {
        await using var connection = await ServerConnection.OpenAsync(dataFolder, cancellationToken);
        Print([await change(connection.Client, jobId, cancellationToken)], json);
        return ExitCodes.Ok;
    }

    private static void Print(IReadOnlyList<JobResponse> jobs, bool json)
    {
        if (json)
        {
            JsonOutput.Write(new JobsOutput(jobs), OutputJsonContext.Default.JobsOutput);
        }
        else
        {
            JobPrinter.Print(jobs, new Terminal(Console.Out, Console.IsOutputRedirected));
        }
    }
}
