using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Storage;

namespace Synapse.Server.Features.Collections;

/// <summary>Named sets of documents.</summary>
internal static class CollectionEndpoints
{
    public static void MapCollections(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1/collections").WithTags("Collections").RequireAuthorization(Policies.Api);
        group.MapGet("/", ListAsync).WithSummary("Lists the collections by name.");
        group.MapPost("/", CreateAsync).WithSummary("Makes a collection.")
            .ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/{collection}", GetAsync).WithSummary("Reads one collection.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPatch("/{collection}", ChangeAsync).WithSummary("Changes a collection, such as whether its text may leave.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/{collection}", DeleteAsync).WithSummary("Removes a collection with its index. The files themselves are not touched.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<CollectionListResponse>> ListAsync(ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
    {
        var collections = await library.ListCollectionsAsync(scope, cancellationToken);
        return TypedResults.Ok(new CollectionListResponse([.. collections.Select(ToResponse)]));
    }

    private static async Task<Created<CollectionResponse>> CreateAsync(
        CreateCollectionRequest request, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
    {
        var collection = await library.CreateCollectionAsync(CollectionName.Validate(request.Name), cancellationToken);
        if (request.LocalOnly)
        {
            await library.SetPrivacyAsync(scope, collection.Id, CollectionPrivacy.LocalOnly, cancellationToken);
            collection = collection with { Privacy = CollectionPrivacy.LocalOnly };
        }

        return TypedResults.Created(
            $"/api/v1/collections/{Uri.EscapeDataString(collection.Name)}", ToResponse(new CollectionSummary(collection, 0, 0, 0)));
    }

    private static async Task<Ok<CollectionResponse>> GetAsync(
        string collection, ILibraryStore library, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        return TypedResults.Ok(await ReadAsync(found, library, scope, cancellationToken));
    }

    private static async Task<Ok<CollectionResponse>> ChangeAsync(
        string collection,
        ChangeCollectionRequest request,
        ILibraryStore library,
        CollectionLookup lookup,
        AccessScope scope,
        CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        if (request.LocalOnly is { } localOnly)
        {
            await library.SetPrivacyAsync(
                scope, found.Id, localOnly ? CollectionPrivacy.LocalOnly : CollectionPrivacy.Unrestricted, cancellationToken);
        }

        return TypedResults.Ok(await ReadAsync(found, library, scope, cancellationToken));
    }

    private static async Task<NoContent> DeleteAsync(
        string collection, ILibraryStore library, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        await library.RemoveCollectionAsync(scope, found.Id, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async ValueTask<CollectionResponse> ReadAsync(
        Collection collection, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
    {
        var summaries = await library.ListCollectionsAsync(scope, cancellationToken);
        return ToResponse(summaries.FirstOrDefault(summary => summary.Collection.Id == collection.Id) ?? throw new CollectionNotFoundException(collection.Name));
    }

    private static CollectionResponse ToResponse(CollectionSummary summary)
        => new(
            summary.Collection.Name,
            summary.DocumentCount,
            summary.ChunkCount,
            summary.SizeBytes,
            summary.Collection.CreatedAt,
            summary.Collection.Privacy == CollectionPrivacy.LocalOnly,
            summary.EmbeddingModel);
}
