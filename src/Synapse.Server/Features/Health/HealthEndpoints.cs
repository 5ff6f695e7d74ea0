using System.Globalization;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Server.Telemetry;
using Synapse.Server.Wire;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Server.Features.Health;

/// <summary>Whether the server is there, ready, and well.</summary>
internal static class HealthEndpoints
{
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

    private static async Task<Ok<HealthPartsResponse>> GetPartsAsync(ServerHealth health, EgressPolicy policy, IProviderStatuses statuses, CancellationToken cancellationToken)
    {
        var parts = (await health.ExamineAsync(cancellationToken)).Parts;
        var status = parts.Any(static part => part.Status == ServerHealth.Unavailable) ? ServerHealth.Unavailable
            : parts.All(static part => part.Status == ServerHealth.Ok) ? ServerHealth.Ok
            : ServerHealth.Degraded;
        return TypedResults.Ok(new HealthPartsResponse(
            status, Version, [.. parts.Select(static part => new HealthPartResponse(part.Name, part.Status, part.Detail) { Since = part.Since, Cure = part.Cure })], policy.IsOffline)
        {
            Providers = [.. statuses.List().Select(provider => provider.ToResponse())],
        });
    }
}
