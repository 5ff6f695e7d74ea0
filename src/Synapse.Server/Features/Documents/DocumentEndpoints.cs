using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Storage;

namespace Synapse.Server.Features.Documents;

/// <summary>The documents of collections and their text.</summary>
internal static class DocumentEndpoints
{
    public static void MapDocuments(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/collections/{collection}/documents", ListAsync).WithTags("Documents").RequireAuthorization(Policies.Api)
            .WithSummary("Lists the documents of a collection by path, one page at a time.").ProducesProblem(StatusCodes.Status404NotFound);
        var group = endpoints.MapGroup("/api/v1/documents/{documentId:long}").WithTags("Documents").RequireAuthorization(Policies.Api);
        group.MapGet("/", GetAsync).WithSummary("Reads one document.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/text", GetTextAsync).WithSummary("Reads lines of the stored text, which is what citations refer to.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/raw", GetRawAsync).WithSummary("Hands out the stored text as a file to save.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<DocumentPageResponse>> ListAsync(
        string collection,
        ILibraryStore library,
        CollectionLookup lookup,
        AccessScope scope,
        CancellationToken cancellationToken,
        string? after = null,
        [Range(1, 1_000)] int limit = 100)
    {
        var from = after is null ? null : DocumentCursor.TryRead(after) ?? throw new BadHttpRequestException("'after' is not a value that 'next' of a page had.");
        var found = await lookup.GetAsync(collection, cancellationToken);
        var documents = await library.ListDocumentsAsync(scope, found.Id, from, limit, cancellationToken);
        return TypedResults.Ok(new DocumentPageResponse(
            [.. documents.Select(document => document.ToResponse())], documents.Count < limit ? null : DocumentCursor.Write(documents[^1])));
    }

    private static async Task<Ok<DocumentResponse>> GetAsync(long documentId, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
        => TypedResults.Ok((await FindAsync(documentId, library, scope, cancellationToken)).ToResponse());

    private static async Task<Ok<DocumentTextResponse>> GetTextAsync(
        long documentId,
        ILibraryStore library,
        AccessScope scope,
        CancellationToken cancellationToken,
        [Range(1, int.MaxValue)] int startLine = 1,
        [Range(1, int.MaxValue)] int? endLine = null)
    {
        var document = await FindAsync(documentId, library, scope, cancellationToken);
        var text = await ReadAsync(documentId, library, scope, cancellationToken);
        var end = Math.Min(endLine ?? document.LineCount, document.LineCount);
        return TypedResults.Ok(new DocumentTextResponse(
            documentId, document.Path, startLine, Math.Max(end, startLine - 1), document.LineCount, TextLines.Cut(text, startLine, end)));
    }

    private static async Task<FileContentHttpResult> GetRawAsync(
        long documentId, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
    {
        var document = await FindAsync(documentId, library, scope, cancellationToken);
        var text = await ReadAsync(documentId, library, scope, cancellationToken);

        // As a plain file to save, whatever it is: a page from an indexed folder must never run under this server's origin.
        return TypedResults.File(System.Text.Encoding.UTF8.GetBytes(text), "application/octet-stream", Path.GetFileName(document.Path));
    }

    private static async ValueTask<Document> FindAsync(long documentId, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
        => await library.FindDocumentAsync(scope, documentId, cancellationToken) ?? throw new DocumentNotFoundException(documentId);

    private static async ValueTask<string> ReadAsync(long documentId, ILibraryStore library, AccessScope scope, CancellationToken cancellationToken)
        => await library.ReadTextAsync(scope, documentId, cancellationToken) ?? throw new DocumentNotFoundException(documentId);
}
