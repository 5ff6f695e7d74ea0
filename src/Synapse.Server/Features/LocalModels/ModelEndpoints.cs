using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.LocalModels.Catalogue;
using Synapse.LocalModels.Downloading;
using Synapse.LocalModels.Keeping;
using Synapse.LocalModels.Packing;
using Synapse.Privacy;
using Synapse.Server.Security;
using Synapse.Server.Wire;

namespace Synapse.Server.Features.LocalModels;

/// <summary>The models that run in this process: which there are, and how they come and go.</summary>
internal static class ModelEndpoints
{
    public static void MapModels(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v1/models").WithTags("Models").RequireAuthorization(Policies.Api);
        group.MapGet("/", List).WithSummary("Lists the models of the catalogue and those that are installed.");
        group.MapGet("/{model}", Get).WithSummary("Reads one model that is installed and ready to be loaded.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapPost("/pull", PullAsync).WithSummary("Fetches a model from the hub, or what is missing of it.")
            .WithDescription(
                "With 'Accept: text/event-stream' it tells how far it is as server-sent events: 'progress', 'waiting' before another attempt, last 'completed' with the model, "
                + "or 'error' with a problem. Else the model comes as JSON when it is there. When the caller leaves, it stops; what has come is kept for the next time.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/{model}/verify", VerifyAsync).WithSummary("Compares the files of a model with its lock, byte by byte.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/{model}", Delete).WithSummary("Removes a model.").ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);

        var local = endpoints.MapGroup("/api/v1/models").WithTags("Models").RequireAuthorization(Policies.Socket);
        local.MapPost("/bundle", BundleAsync).WithSummary("Packs models into one file of this machine. Taken over the Unix socket of the data folder alone.")
            .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        local.MapPost("/import", ImportAsync).WithSummary("Brings models in from a file or folder of this machine. Taken over the Unix socket of the data folder alone.")
            .ProducesProblem(StatusCodes.Status403Forbidden);
    }

    private static Ok<ModelListResponse> List(ModelStore store, ModelStoreOptions options, EgressPolicy policy, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var installed = store.List();
        var known = ModelCatalogue.All.Select(model => ModelMapping.ToResponse(model, installed.FirstOrDefault(found => found.Known == model)));
        var others = installed.Where(static model => model.Known is null).Select(ModelMapping.ToResponse);
        return TypedResults.Ok(new ModelListResponse(store.Folder, options.Hub.AbsoluteUri.TrimEnd('/'), policy.IsOffline, [.. known, .. others]));
    }

    private static Ok<ModelResponse> Get(string model, ModelStore store, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        store.Find(store.Get(model).Name);
        return TypedResults.Ok(store.Get(model).ToResponse());
    }

    private static async Task<Results<Ok<PulledModelResponse>, ServerSentEventsResult<object>>> PullAsync(
        PullModelRequest request, HttpRequest http, ModelDownloads downloads, CancellationToken cancellationToken)
    {
        var events = downloads.PullAsync(new PullRequest(request.Model, request.Revision, request.Update, request.Weights), cancellationToken);
        if (http.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase)))
        {
            return TypedResults.ServerSentEvents(ToEventsAsync(events, cancellationToken).WithErrorEventAsync(cancellationToken));
        }

        PulledModelResponse? pulled = null;
        await foreach (var happened in events.WithCancellation(cancellationToken))
        {
            pulled = (happened as PullCompleted)?.ToResponse();
        }

        return TypedResults.Ok(pulled ?? throw new InvalidOperationException("The pull ended without a model."));
    }

    private static async IAsyncEnumerable<SseItem<object>> ToEventsAsync(IAsyncEnumerable<PullEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happened in events.WithCancellation(cancellationToken))
        {
            yield return happened switch
            {
                PullProgress progress => new SseItem<object>(progress.ToResponse(), "progress"),
                PullWaiting waiting => new SseItem<object>(waiting.ToResponse(), "waiting"),
                PullCompleted completed => new SseItem<object>(completed.ToResponse(), "completed"),
                _ => throw new InvalidOperationException($"Events of the kind {happened.GetType().Name} have no name."),
            };
        }
    }

    private static async Task<Ok<ModelVerificationResponse>> VerifyAsync(string model, ModelStore store, CancellationToken cancellationToken)
        => TypedResults.Ok((await store.VerifyAsync(model, cancellationToken)).ToResponse());

    private static NoContent Delete(string model, ModelStore store, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        store.Remove(model);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<ModelBundleResponse>> BundleAsync(BundleModelsRequest request, ModelBundle bundle, CancellationToken cancellationToken)
    {
        var models = await bundle.WriteAsync([.. request.Models], request.Output, cancellationToken);
        return TypedResults.Ok(new ModelBundleResponse(request.Output, new FileInfo(request.Output).Length, [.. models.Select(ModelMapping.ToResponse)]));
    }

    private static async Task<Ok<ImportedModelsResponse>> ImportAsync(ImportModelsRequest request, ModelImport import, CancellationToken cancellationToken)
    {
        var imported = await import.RunAsync(request.Path, request.Name, cancellationToken);
        return TypedResults.Ok(new ImportedModelsResponse([.. imported.Models.Select(ModelMapping.ToResponse)], imported.LeftOut));
    }
}
