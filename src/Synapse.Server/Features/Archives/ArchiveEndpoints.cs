using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Synapse.Contracts;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Storage.Archiving;

namespace Synapse.Server.Features.Archives;

/// <summary>Backups of the store, and collections that come from one server and go to another. Restoring a store is a command, since no server can run meanwhile.</summary>
internal static class ArchiveEndpoints
{
    /// <summary>The largest archive that is taken as the body of a request; a file of the server's machine may be larger.</summary>
    public const long MaxUploadBytes = 2L << 30;

    private const string ContentType = "application/zip";
    private const string Follow =
        "With 'Accept: text/event-stream' it tells how far it is as server-sent events: 'progress', and last 'archived' or 'imported', or 'error' with a problem. When the caller leaves, it stops, and leaves nothing.";

    public static void MapArchives(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/backup", DownloadBackup).WithTags("Archives").RequireAuthorization(Policies.Token)
            .WithSummary("Reads a backup of the whole store, as it is at one commit, while others go on using it.")
            .Produces<Stream>(StatusCodes.Status200OK, ContentType);
        endpoints.MapGet("/api/v1/collections/{collection}/export", DownloadCollectionAsync).WithTags("Archives").RequireAuthorization(Policies.Api)
            .WithSummary("Reads one collection with its documents, chunks and embeddings, to be imported elsewhere.")
            .Produces<Stream>(StatusCodes.Status200OK, ContentType).ProducesProblem(StatusCodes.Status404NotFound);
        endpoints.MapPost("/api/v1/collections/import", UploadCollectionAsync).WithTags("Archives").RequireAuthorization(Policies.Token)
            .WithMetadata(new RequestSizeLimitAttribute(MaxUploadBytes)).Accepts<Stream>(ContentType, "application/octet-stream")
            .WithSummary("Imports a collection that was exported. The archive, up to 2 GiB, is checked as a whole before anything of it is used.")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status413PayloadTooLarge);

        var local = endpoints.MapGroup("/api/v1").WithTags("Archives").RequireAuthorization(Policies.Socket);
        local.MapPost("/backups", BackupAsync).WithDescription(Follow)
            .WithSummary("Writes a backup of the whole store to a file of this machine. Taken over the Unix socket of the data folder alone.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        local.MapPost("/exports", ExportAsync).WithDescription(Follow)
            .WithSummary("Exports a collection to a file of this machine. Taken over the Unix socket of the data folder alone.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        local.MapPost("/imports", ImportAsync).WithDescription(Follow)
            .WithSummary("Imports the collection of a file of this machine. Taken over the Unix socket of the data folder alone.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static PushStreamHttpResult DownloadBackup(ArchiveWriting writing, ServerOptions options, AccessScope scope, TimeProvider time, CancellationToken cancellationToken)
    {
        RequireEverything(scope);
        return TypedResults.Stream(
            output => writing.WriteStoreAsync(output, PromptFiles.Read(options.DataFolder), static _ => { }, cancellationToken), ContentType, ArchiveNames.Backup(time.GetUtcNow()));
    }

    private static async Task<PushStreamHttpResult> DownloadCollectionAsync(
        string collection, ArchiveWriting writing, CollectionLookup lookup, CancellationToken cancellationToken)
    {
        // Whoever may not read all of it does not find it.
        var found = await lookup.GetAsync(collection, cancellationToken);
        return TypedResults.Stream(output => writing.WriteCollectionAsync(output, found, static _ => { }, cancellationToken), ContentType, ArchiveNames.Collection(found.Name));
    }

    private static async Task<Ok<ImportedCollectionResponse>> UploadCollectionAsync(
        HttpRequest http, IncomingArchives incoming, CollectionImport import, IEmbedders embedders, AccessScope scope, CancellationToken cancellationToken, string? name = null)
    {
        RequireEverything(scope);
        await using var archive = await incoming.ReceiveAsync(http.Body, cancellationToken);
        var imported = await import.RunAsync(archive.Path, name, static _ => { }, cancellationToken);
        return TypedResults.Ok(await imported.ToResponseAsync(embedders, cancellationToken));
    }

    private static Task<Results<Ok<ArchiveResponse>, ServerSentEventsResult<object>>> BackupAsync(
        BackupRequest request, HttpRequest http, ArchiveWriting writing, ServerOptions options, AccessScope scope, TimeProvider time, CancellationToken cancellationToken)
    {
        RequireEverything(scope);
        return ArchiveProgress.FollowAsync(
            http,
            "archived",
            async (report, token) =>
            {
                var started = time.GetTimestamp();
                var written = await ArchiveFile.WriteAsync(
                    Require(request.Path), request.Replace, (file, stop) => writing.WriteStoreAsync(file, PromptFiles.Read(options.DataFolder), report, stop), token);
                return written.ToResponse(request.Path, time.GetElapsedTime(started));
            },
            cancellationToken);
    }

    private static async Task<Results<Ok<ArchiveResponse>, ServerSentEventsResult<object>>> ExportAsync(
        ExportCollectionRequest request, HttpRequest http, ArchiveWriting writing, CollectionLookup lookup, TimeProvider time, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(request.Collection, cancellationToken);
        return await ArchiveProgress.FollowAsync(
            http,
            "archived",
            async (report, token) =>
            {
                var started = time.GetTimestamp();
                var written = await ArchiveFile.WriteAsync(Require(request.Path), request.Replace, (file, stop) => writing.WriteCollectionAsync(file, found, report, stop), token);
                return written.ToResponse(request.Path, time.GetElapsedTime(started));
            },
            cancellationToken);
    }

    private static Task<Results<Ok<ImportedCollectionResponse>, ServerSentEventsResult<object>>> ImportAsync(
        ImportCollectionRequest request, HttpRequest http, CollectionImport import, IEmbedders embedders, AccessScope scope, CancellationToken cancellationToken)
    {
        RequireEverything(scope);
        return ArchiveProgress.FollowAsync(
            http,
            "imported",
            async (report, token) => await (await import.RunAsync(Require(request.Path), request.Name, report, token)).ToResponseAsync(embedders, token),
            cancellationToken);
    }

    private static string Require(string path)
        => Path.IsPathFullyQualified(path) ? path : throw new PathNotFoundException(path);

    // As the stores have it: only who may read everything can copy everything. No door gives out a narrower scope yet.
    private static void RequireEverything(AccessScope scope) => ArgumentOutOfRangeException.ThrowIfNotEqual(scope.IsEverything, true, nameof(scope));
}
