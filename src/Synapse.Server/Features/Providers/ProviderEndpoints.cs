using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Privacy;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Telemetry;

namespace Synapse.Server.Features.Providers;

/// <summary>The configured providers, and how they are.</summary>
internal static class ProviderEndpoints
{
    public static void MapProviders(this IEndpointRouteBuilder endpoints)
        => endpoints.MapGet("/api/v1/providers", List).WithTags("Providers").RequireAuthorization(Policies.Api)
            .WithSummary("Lists the configured providers: state, roles, latency, tokens, failures and cost since the start of the server.");

    private static Ok<ProviderListResponse> List(IProviderStatuses statuses, EgressPolicy policy, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TypedResults.Ok(new ProviderListResponse([.. statuses.List().Select(status => status.ToResponse())], policy.IsOffline));
    }
}
