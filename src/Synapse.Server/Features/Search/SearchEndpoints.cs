using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Server.Security;
using Synapse.Server.Wire;

namespace Synapse.Server.Features.Search;

/// <summary>Hybrid search.</summary>
internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder endpoints)
        => endpoints.MapPost("/api/v1/search", SearchAsync).WithTags("Search").RequireAuthorization(Policies.Api)
            .WithSummary("Finds the passages that best match a query, by words and by meaning.")
            .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Ok<SearchResponse>> SearchAsync(
        SearchRequest request, Searcher searcher, CollectionLookup collections, AccessScope scope, CancellationToken cancellationToken)
    {
        var ids = await collections.FindIdsAsync(request.Collections, cancellationToken);
        var result = await searcher.SearchAsync(scope, new SearchQuery(request.Query, ids, request.Limit), cancellationToken);
        return TypedResults.Ok(new SearchResponse(
            await result.Hits.ToResponseAsync(collections, cancellationToken),
            result.Elapsed.TotalMilliseconds,
            await result.Degraded.ToResponseAsync(collections, cancellationToken)));
    }
}
