using System.ComponentModel.DataAnnotations;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Storage;

namespace Synapse.Server.Features.Jobs;

/// <summary>The jobs that bring sources up to date.</summary>
internal static class JobEndpoints
{
    public static void MapJobs(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1/jobs").WithTags("Jobs").RequireAuthorization(Policies.Api);
        group.MapGet("/", ListAsync).WithSummary("Lists jobs, newest first.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/{jobId:long}", GetAsync).WithSummary("Reads one job.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/{jobId:long}/cancel", CancelAsync).WithSummary("Ends a job. What it has stored stays.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/{jobId:long}/pause", PauseAsync).WithSummary("Lets a job stand still until it is resumed. What it has stored stays.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/{jobId:long}/resume", ResumeAsync).WithSummary("Lets a paused job go on.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/{jobId:long}/events", Follow)
            .WithSummary("Follows a job as server-sent events: 'progress' now and at every change, last 'finished'; or 'error' with a problem.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<JobListResponse>> ListAsync(
        IJobStore jobs,
        CollectionLookup lookup,
        AccessScope scope,
        CancellationToken cancellationToken,
        string? collection = null,
        bool unfinished = false,
        [Range(1, 1_000)] int limit = 100)
    {
        long? collectionId = collection is null ? null : (await lookup.GetAsync(collection, cancellationToken)).Id;
        var list = await jobs.ListJobsAsync(scope, collectionId, unfinished, limit, cancellationToken);
        var responses = new List<JobResponse>(list.Count);
        foreach (var job in list)
        {
            responses.Add(await DescribeAsync(job, lookup, cancellationToken));
        }

        return TypedResults.Ok(new JobListResponse(responses));
    }

    private static async Task<Ok<JobResponse>> GetAsync(
        long jobId, IJobStore jobs, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
        => TypedResults.Ok(await DescribeAsync(await FindAsync(jobId, jobs, scope, cancellationToken), lookup, cancellationToken));

    private static async Task<Ok<JobResponse>> CancelAsync(
        long jobId, IngestionQueue queue, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
        => TypedResults.Ok(await DescribeAsync(await queue.CancelAsync(scope, jobId, cancellationToken), lookup, cancellationToken));

    private static async Task<Ok<JobResponse>> PauseAsync(
        long jobId, IngestionQueue queue, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
        => TypedResults.Ok(await DescribeAsync(await queue.PauseAsync(scope, jobId, cancellationToken), lookup, cancellationToken));

    private static async Task<Ok<JobResponse>> ResumeAsync(
        long jobId, IngestionQueue queue, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
        => TypedResults.Ok(await DescribeAsync(await queue.ResumeAsync(scope, jobId, cancellationToken), lookup, cancellationToken));

    private static ServerSentEventsResult<object> Follow(
        long jobId, IngestionQueue queue, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
        => TypedResults.ServerSentEvents(ToEventsAsync(queue.WatchAsync(scope, jobId, cancellationToken), lookup, cancellationToken)
            .WithErrorEventAsync(cancellationToken));

    private static async IAsyncEnumerable<SseItem<object>> ToEventsAsync(
        IAsyncEnumerable<IngestionJob> jobs, CollectionLookup lookup, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var job in jobs.WithCancellation(cancellationToken))
        {
            yield return new SseItem<object>(await DescribeAsync(job, lookup, cancellationToken), job.IsFinished ? "finished" : "progress");
        }
    }

    private static async ValueTask<JobResponse> DescribeAsync(IngestionJob job, CollectionLookup lookup, CancellationToken cancellationToken)
        => job.ToResponse(await lookup.NameOfAsync(job.CollectionId, cancellationToken));

    private static async ValueTask<IngestionJob> FindAsync(long jobId, IJobStore jobs, AccessScope scope, CancellationToken cancellationToken)
        => await jobs.FindJobAsync(scope, jobId, cancellationToken) ?? throw new JobNotFoundException(jobId);
}
