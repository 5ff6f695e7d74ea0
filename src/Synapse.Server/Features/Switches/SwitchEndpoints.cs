using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Server.Features.Switches;

/// <summary>Collections that switch to another embedding model.</summary>
internal static class SwitchEndpoints
{
    public static void MapSwitches(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/embedding-models", ListModelsAsync).WithTags("Switches").RequireAuthorization(Policies.Api)
            .WithSummary("Lists the embedding models of the configuration.");
        endpoints.MapGet("/api/v1/switches", ListAsync).WithTags("Switches").RequireAuthorization(Policies.Api)
            .WithSummary("Lists the collections that are being switched to another embedding model.");

        var group = endpoints.MapGroup("/api/v1/collections/{collection}").WithTags("Switches").RequireAuthorization(Policies.Api);
        group.MapPost("/switch/estimate", EstimateAsync).WithSummary("Tells what a switch to another embedding model takes: chunks, tokens, time, money. Nothing leaves this machine or its private network.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapPost("/switch", StartAsync).WithSummary("Begins a switch. Searches go on with the model they use until the other one has embedded everything, and change over in one commit.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        group.MapGet("/switch", GetAsync).WithSummary("Reads the switch of a collection.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPatch("/switch", ChangeAsync).WithSummary("Says what shall become of a switch: change over, go back, or stay.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapDelete("/switch", EndAsync).WithSummary("Ends a switch: the embeddings that searches do not use are removed by and by.")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        group.MapGet("/evaluation", GetEvaluationAsync).WithSummary("Reads the questions that the collection is measured by.").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapPut("/evaluation", PutEvaluationAsync).WithSummary("Keeps the questions that the collection is measured by, with the documents that answer them.")
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/evaluation", DeleteEvaluationAsync).WithSummary("Forgets the questions that the collection is measured by.").ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<Ok<EmbeddingModelListResponse>> ListModelsAsync(IEmbedders embedders, CancellationToken cancellationToken)
        => TypedResults.Ok(new EmbeddingModelListResponse([.. (await embedders.ListAsync(cancellationToken)).Select(SwitchMapping.ToResponse)]));

    private static async Task<Ok<ModelSwitchListResponse>> ListAsync(
        ISwitchStore switches, ModelSwitching switching, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var responses = new List<ModelSwitchResponse>();
        foreach (var found in await switches.ListSwitchesAsync(scope, cancellationToken))
        {
            responses.Add(switching.ToResponse(found, await lookup.NameOfAsync(found.CollectionId, cancellationToken)));
        }

        return TypedResults.Ok(new ModelSwitchListResponse(responses));
    }

    private static async Task<Ok<SwitchEstimateResponse>> EstimateAsync(
        string collection, EstimateSwitchRequest request, ModelSwitching switching, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        return TypedResults.Ok((await switching.EstimateAsync(scope, found, request.Model, cancellationToken)).ToResponse(found.Name));
    }

    private static async Task<Accepted<ModelSwitchResponse>> StartAsync(
        string collection, StartSwitchRequest request, ModelSwitching switching, CollectionLookup lookup, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        var begun = await switching.StartAsync(found, request.Model, SwitchMapping.ToWish(request.Wish), cancellationToken);
        return TypedResults.Accepted($"/api/v1/collections/{Uri.EscapeDataString(found.Name)}/switch", switching.ToResponse(begun, found.Name));
    }

    private static async Task<Ok<ModelSwitchResponse>> GetAsync(
        string collection, ModelSwitching switching, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        return TypedResults.Ok(switching.ToResponse(await switching.GetAsync(scope, found, cancellationToken), found.Name));
    }

    private static async Task<Ok<ModelSwitchResponse>> ChangeAsync(
        string collection, ChangeSwitchRequest request, ModelSwitching switching, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        return TypedResults.Ok(switching.ToResponse(await switching.WishAsync(scope, found, SwitchMapping.ToWish(request.Wish), cancellationToken), found.Name));
    }

    private static async Task<NoContent> EndAsync(string collection, ModelSwitching switching, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        await switching.WishAsync(scope, found, SwitchWish.Remove, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<EvaluationContract>> GetEvaluationAsync(
        string collection, ISwitchStore switches, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        var evaluation = await switches.FindEvaluationAsync(scope, found.Id, cancellationToken) ?? throw new EvaluationNotFoundException(found.Name);
        return TypedResults.Ok(evaluation.ToContract());
    }

    private static async Task<Ok<EvaluationContract>> PutEvaluationAsync(
        string collection, EvaluationContract evaluation, ISwitchStore switches, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        var found = await lookup.GetAsync(collection, cancellationToken);
        return await switches.SetEvaluationAsync(scope, found.Id, evaluation.ToEvaluation(), cancellationToken)
            ? TypedResults.Ok(evaluation)
            : throw new CollectionNotFoundException(collection);
    }

    private static async Task<NoContent> DeleteEvaluationAsync(
        string collection, ISwitchStore switches, CollectionLookup lookup, AccessScope scope, CancellationToken cancellationToken)
    {
        await switches.SetEvaluationAsync(scope, (await lookup.GetAsync(collection, cancellationToken)).Id, null, cancellationToken);
        return TypedResults.NoContent();
    }
}
