using Synapse.Cli.Output;
using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Cli.Commands;

/// <summary>A path that was brought up to date.</summary>
/// <param name="Source">The source.</param>
/// <param name="Job">The job, at its end.</param>
internal sealed record IndexedPath(SourceResponse Source, JobResponse Job);

/// <summary>Brings paths up to date and follows the work.</summary>
internal static class PathIndexing
{
    /// <summary>Adds a path, or brings it up to date, and waits for the end.</summary>
    /// <exception cref="SynapseApiException">The path cannot be indexed, the job failed, or it waits for something like space on the disk.</exception>
    public static async Task<IndexedPath> AddAsync(
        SynapseClient client, string path, string? collection, bool localOnly, bool json, CancellationToken cancellationToken)
    {
        var added = await client.AddSourceAsync(new AddSourceRequest(Path.GetFullPath(path), collection, localOnly), cancellationToken);
        var job = await FollowAsync(client, added, json, cancellationToken);
        return job.State switch
        {
            "completed" => new IndexedPath(added.Source, job),
            "cancelled" => throw new SynapseApiException(0, ErrorCodes.Cancelled, $"Indexing '{added.Source.Location}' was cancelled. What was indexed so far is kept."),
            _ => throw new SynapseApiException(0, job.ErrorCode ?? ErrorCodes.InternalError, job.ErrorMessage ?? $"Indexing '{added.Source.Location}' failed."),
        };
    }

    /// <summary>Says why a path gave no document: no files, or files that were all left out.</summary>
    public static async Task<NothingIndexedException> DescribeNothingAsync(SynapseClient client, IndexedPath indexed, CancellationToken cancellationToken)
    {
        var location = indexed.Source.Location;
        var skipped = (await client.ListSkippedFilesAsync(indexed.Source.Id, cancellationToken)).Files;
        return new NothingIndexedException(skipped.Count == 0
            ? $"'{location}' holds no files to index."
            : $"'{location}' holds no text to index: {Count(skipped.Count, "file")} left out ({Reasons(skipped)}).");
    }

    /// <summary>The reasons of files left out, most frequent first, such as <c>3 binary, 1 too_large</c>.</summary>
    public static string Reasons(IReadOnlyList<SkippedFileResponse> skipped)
        => string.Join(", ", skipped.GroupBy(file => file.Reason).OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Count()} {group.Key}"));

    /// <summary>A number with its noun.</summary>
    public static string Count(long number, string noun)
        => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{number:N0} {noun}{(number == 1 ? "" : "s")}");

    private static async Task<JobResponse> FollowAsync(SynapseClient client, SourceAddedResponse added, bool json, CancellationToken cancellationToken)
    {
        var last = added.Job;
        await using var progress = new ProgressLine(added.Source.Location, Console.IsErrorRedirected || json);
        try
        {
            await foreach (var job in client.FollowJobAsync(added.Job.Id, cancellationToken))
            {
                if (job.State == "waiting")
                {
                    // The job stays in line and goes on when its hindrance is gone; the one who typed the command is told now.
                    throw new SynapseApiException(0, job.ErrorCode ?? ErrorCodes.Unavailable, job.ErrorMessage ?? $"Indexing '{added.Source.Location}' waits.");
                }

                if (job.State == "paused")
                {
                    throw new SynapseApiException(0, ErrorCodes.Unavailable, $"Indexing '{added.Source.Location}' was paused. 'synapse jobs resume {job.Id}' lets it go on.");
                }

                progress.Show(job);
                last = job;
            }
        }
        catch (OperationCanceledException)
        {
            await CancelAsync(client, added.Job.Id);
            throw;
        }

        return last;
    }

    // The caller's token is used up, so the request to stop has a time limit of its own.
    private static async Task CancelAsync(SynapseClient client, long jobId)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await client.CancelJobAsync(jobId, limit.Token);
        }
        catch (Exception error) when (error is SynapseApiException or OperationCanceledException)
        {
            // The server stops on its own, or goes on by itself; both leave the index whole.
        }
    }
}
