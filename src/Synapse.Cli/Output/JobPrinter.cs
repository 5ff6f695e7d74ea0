using System.Globalization;
using Synapse.Contracts;

namespace Synapse.Cli.Output;

/// <summary>Writes jobs for people, one line each.</summary>
internal static class JobPrinter
{
    public static void Print(IReadOnlyList<JobResponse> jobs, Terminal terminal)
    {
        if (jobs.Count == 0)
        {
            terminal.Line("No job is queued, running, waiting or paused.");
        }

        foreach (var job in jobs)
        {
            terminal.Line(Describe(job, terminal));
        }
    }

    private static string Describe(JobResponse job, Terminal terminal)
        => string.Create(CultureInfo.InvariantCulture, $"{job.Id,6}  {job.State,-9}  {terminal.Bold(Terminal.Clean(job.Collection))}: {job.Progress.FilesDone:N0} of {job.Progress.FilesFound:N0} files")
            + (job.State == "running" && job.Progress.RemainingSeconds is { } seconds ? $", about {Duration(seconds)} left" : "")
            + (job.Server is { } server ? $"  on {Terminal.Clean(server)}" : "")
            + (job.ErrorMessage is { } message ? $". {Terminal.Clean(message)}" : "");

    /// <summary>A duration in the unit that suits it.</summary>
    public static string Duration(double seconds) => seconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{seconds:0} s"),
        < 3_600 => string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds / 3_600:0.0} h"),
    };
}
