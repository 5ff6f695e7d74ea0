using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Server.Features.Health;

/// <summary>Whether the server is there, ready, and well.</summary>
internal static class HealthEndpoints
{
    private const string Unavailable = "unavailable";

    private static readonly string Version =
        typeof(HealthEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    public static void MapHealth(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/health").WithTags("Health");
        group.MapGet("/live", GetLive).AllowAnonymous().WithSummary("Says that the process answers.");
        group.MapGet("/ready", GetReadyAsync).AllowAnonymous().WithSummary("Says whether questions can be answered; 503 if not.");
        group.MapGet("/", GetPartsAsync).RequireAuthorization(Policies.Api).WithSummary("Describes the parts of the server.");
    }

    private static Ok<HealthResponse> GetLive(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TypedResults.Ok(new HealthResponse("ok"));
    }

    private static async Task<Results<Ok<HealthResponse>, JsonHttpResult<ProblemResponse>>> GetReadyAsync(
        HttpContext http, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
    {
        try
        {
            _ = await library.ListCollectionsAsync(scope, cancellationToken);
            return TypedResults.Ok(new HealthResponse("ok"));
        }
        catch (SynapseException away) when (away.Kind == SynapseErrorKind.Unavailable)
        {
            // Everybody may ask, and the message names a path or a host.
            if (ErrorHandler.SecondsUntilRetry(away) is { } seconds)
            {
                http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            var problem = new ProblemResponse(StatusCodes.Status503ServiceUnavailable, away.Title, away.Code, "The store cannot be used at present. GET /api/health and 'synapse doctor' say why.") { RequestId = http.TraceIdentifier };
            return TypedResults.Json(problem, ContractsJsonContext.Default.ProblemResponse, Problems.ContentType, problem.Status);
        }
    }

    private static async Task<Ok<HealthPartsResponse>> GetPartsAsync(
        ILibraryStore library, IJobStore jobs, IEmbedder embedder, EgressPolicy policy, IProviderStatuses statuses, AccessScope scope, CancellationToken cancellationToken)
    {
        var stored = await DescribeStoredAsync(library, jobs, scope, cancellationToken);
        var providers = statuses.List();
        HealthPartResponse[] parts =
        [
            .. stored,
            new("embedder", "ok", (await embedder.GetSpaceAsync(cancellationToken)).Fingerprint),
            new("egress", "ok", policy.IsOffline
                ? $"offline mode: this machine and {policy.PrivateAddresses.Count} listed private addresses can be reached"
                : "providers that are configured can be reached, and nothing else"),
            .. providers.Select(PartOf),
        ];
        var status = parts.Any(part => part.Status == Unavailable) ? Unavailable : parts.All(part => part.Status == "ok") ? "ok" : "degraded";
        return TypedResults.Ok(new HealthPartsResponse(status, Version, parts, policy.IsOffline) { Providers = [.. providers.Select(provider => provider.ToResponse())] });
    }

    // The parts are described while the store is away, too: that is when somebody looks.
    private static async Task<IReadOnlyList<HealthPartResponse>> DescribeStoredAsync(ILibraryStore library, IJobStore jobs, AccessScope scope, CancellationToken cancellationToken)
    {
        try
        {
            var collections = await library.ListCollectionsAsync(scope, cancellationToken);
            var unfinished = await jobs.ListJobsAsync(scope, collectionId: null, unfinishedOnly: true, limit: 1_000, cancellationToken);
            var waiting = unfinished.FirstOrDefault(job => job.State == Ingestion.IngestionJobState.Waiting);
            return
            [
                new("store", "ok", $"{collections.Count} collections, {collections.Sum(collection => collection.DocumentCount)} documents, {collections.Sum(collection => collection.ChunkCount)} chunks"),
                waiting is null
                    ? new("ingestion", "ok", $"{unfinished.Count} jobs to do")
                    : new("ingestion", "degraded", $"{unfinished.Count} jobs to do; waiting: {waiting.ErrorMessage}"),
            ];
        }
        catch (SynapseException away) when (away.Kind == SynapseErrorKind.Unavailable)
        {
            return [new("store", Unavailable, away.Message)];
        }
    }

    // A provider that does not work takes nothing down: another takes over, or answers are quoted from the documents.
    private static HealthPartResponse PartOf(ProviderStatus provider)
        => new(
            $"provider:{provider.Name}",
            provider.State switch
            {
                ProviderState.Ready or ProviderState.Unknown => "ok",
                ProviderState.Loading => "starting",
                _ => "degraded",
            },
            $"{ProviderMapping.Word(provider.State)}; {provider.Requests} requests, {provider.Failures.Values.Sum()} failed{(provider.Detail is null ? "" : $"; {provider.Detail}")}");
}
