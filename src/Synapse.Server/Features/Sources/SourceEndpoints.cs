using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Server.Security;
using Synapse.Server.Workers;
using Synapse.Server.Wire;
using Synapse.Storage;

namespace Synapse.Server.Features.Sources;

/// <summary>The folders and files that documents come from.</summary>
internal static class SourceEndpoints
{
    public static void MapSources(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1/sources").WithTags("Sources").RequireAuthorization(Policies.Api);
        group.MapGet("/", ListAsync).WithSummary("Lists the sources of a collection, or of all.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPost("/", AddAsync).WithSummary("Adds a folder or file, or brings it up to date when it is there already.");
        group.MapGet("/{sourceId:long}", GetAsync).WithSummary("Reads one source.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/{sourceId:long}/skipped", ListSkippedAsync).WithSummary("Lists the files that the last walk left out, each with its reason.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/{sourceId:long}", DeleteAsync).WithSummary("Removes a source and its documents. The files themselves are not touched.")
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<SourceListResponse>> ListAsync(
        ILibraryStore library, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken, string? collection = null)
    {
        long? collectionId = collection is null ? null : (await lookup.GetAsync(collection, cancellationToken)).Id;
        var sources = await library.ListSourcesAsync(scope, collectionId, cancellationToken);
        var responses = new List<SourceResponse>(sources.Count);
        foreach (var source in sources)
        {
            responses.Add(source.ToResponse(await lookup.NameOfAsync(source.CollectionId, cancellationToken)));
        }

        return TypedResults.Ok(new SourceListResponse(responses));
    }

    private static async Task<Accepted<SourceAddedResponse>> AddAsync(
        AddSourceRequest request, Librarian librarian, SourceWatch watch, AccessScope scope, CancellationToken cancellationToken)
    {
        if (!Path.IsPathFullyQualified(request.Path))
        {
            throw new PathNotFoundException(request.Path);
        }

        var added = await librarian.AddAsync(scope, request.Path, request.Collection, request.LocalOnly ? CollectionPrivacy.LocalOnly : null, cancellationToken);
        watch.Add(added.Source);
        var name = added.Collection.Name;
        return TypedResults.Accepted(
            $"/api/v1/jobs/{added.Job.Id}", new SourceAddedResponse(added.Source.ToResponse(name), added.Job.ToResponse(name)));
    }

    private static async Task<Ok<SourceResponse>> GetAsync(
        long sourceId, ILibraryStore library, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var source = await FindAsync(sourceId, library, scope, cancellationToken);
        return TypedResults.Ok(source.ToResponse(await lookup.NameOfAsync(source.CollectionId, cancellationToken)));
    }

    private static async Task<Ok<SkippedFileListResponse>> ListSkippedAsync(
        long sourceId, ILibraryStore library, IJobStore jobs, AccessScope scope, CancellationToken cancellationToken)
    {
        await FindAsync(sourceId, library, scope, cancellationToken);
        var files = await jobs.ListSkippedFilesAsync(scope, sourceId, cancellationToken);
        return TypedResults.Ok(new SkippedFileListResponse([.. files.Select(file => new SkippedFileResponse(file.Path, file.Reason, file.Detail))]));
    }

    private static async Task<NoContent> DeleteAsync(
        long sourceId, ILibraryStore library, SourceWatch watch, AccessScope scope, CancellationToken cancellationToken)
    {
        if (!await library.RemoveSourceAsync(scope, sourceId, cancellationToken))
        {
            throw new SourceNotFoundException(sourceId);
        }

        watch.Remove(sourceId);
        return TypedResults.NoContent();
    }

    private static async ValueTask<Source> FindAsync(long sourceId, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
        => await library.FindSourceAsync(scope, sourceId, cancellationToken) ?? throw new SourceNotFoundException(sourceId);
}
