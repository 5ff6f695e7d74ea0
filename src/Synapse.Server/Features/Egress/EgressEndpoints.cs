using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Server.Security;
using Synapse.Server.Wire;

namespace Synapse.Server.Features.Egress;

/// <summary>What left this machine, and what was not let out.</summary>
internal static class EgressEndpoints
{
    public static void MapEgress(this IEndpointRouteBuilder endpoints)
        => endpoints.MapGet("/api/v1/egress", ListAsync).WithTags("Egress").RequireAuthorization(Policies.Api)
            .WithSummary("Lists every request to a model server or another machine, newest first, with totals by host.")
            .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<EgressPageResponse>> ListAsync(
        IEgressLedger ledger,
        EgressPolicy policy,
        CollectionLookup lookup,
        AccessScope scope,
        CancellationToken cancellationToken,
        string? provider = null,
        string? collection = null,
        string? purpose = null,
        long? before = null,
        [Range(1, 1_000)] int limit = 100)
    {
        var filter = new EgressFilter(
            provider,
            collection is null ? null : (await lookup.GetAsync(collection, cancellationToken)).Id,
            purpose is null ? null : EgressMapping.ReadPurpose(purpose));
        var totals = await ledger.SumByHostAsync(scope, filter, cancellationToken);
        var entries = await ledger.ListAsync(scope, filter, before, limit, cancellationToken);
        return TypedResults.Ok(new EgressPageResponse(
            policy.IsOffline,
            [.. totals.Select(total => total.ToResponse())],
            [.. entries.Select(entry => entry.ToResponse())],
            entries.Count < limit ? null : entries[^1].Id));
    }
}
