using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Contracts;
using Synapse.Library;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Telemetry;

namespace Synapse.Server.Features.Diagnosis;

/// <summary>What is wrong with the store and the providers, and how to mend it.</summary>
internal static class DiagnosisEndpoints
{
    public static void MapDiagnosis(this IEndpointRouteBuilder endpoints)
        => endpoints.MapPost("/api/v1/diagnosis", DiagnoseAsync).WithTags("Providers").RequireAuthorization(Policies.Api)
            .WithSummary("Uses the store and each configured provider step by step, and names what is wrong and what to do.")
            .WithDescription(
                "With 'Accept: text/event-stream' the steps come as server-sent events 'step', as soon as each is over, last 'completed' with the whole diagnosis, "
                + "or 'error' with a problem. Else the diagnosis comes whole as JSON.")
            .ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<DiagnosisResponse>, ServerSentEventsResult<object>>> DiagnoseAsync(
        DiagnosisRequest request, HttpRequest http, IStoreDoctor store, IProviderDoctor doctor, AccessScope scope, CancellationToken cancellationToken)
    {
        var steps = StepsAsync(request.Provider is null ? store : null, doctor.DiagnoseAsync(scope, request.Provider, cancellationToken), cancellationToken);
        if (http.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase)))
        {
            return TypedResults.ServerSentEvents(ToEventsAsync(steps, cancellationToken).WithErrorEventAsync(cancellationToken));
        }

        var all = new List<DiagnosisStepResponse>();
        await foreach (var step in steps.WithCancellation(cancellationToken))
        {
            Add(step, all);
        }

        return TypedResults.Ok(Whole(all));
    }

    private static async IAsyncEnumerable<DiagnosisStep> StepsAsync(
        IStoreDoctor? store, IAsyncEnumerable<DiagnosisStep> ofProviders, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var storeFails = false;
        foreach (var step in store is null ? [] : await store.DiagnoseAsync(cancellationToken))
        {
            storeFails |= step.Outcome == DiagnosisOutcome.Failed;
            yield return step;
        }

        if (storeFails)
        {
            // Providers are checked with what is stored, and every request to them is entered there.
            yield break;
        }

        await foreach (var step in ofProviders.WithCancellation(cancellationToken))
        {
            yield return step;
        }
    }

    private static async IAsyncEnumerable<SseItem<object>> ToEventsAsync(IAsyncEnumerable<DiagnosisStep> steps, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = new List<DiagnosisStepResponse>();
        await foreach (var step in steps.WithCancellation(cancellationToken))
        {
            Add(step, all);
            yield return new SseItem<object>(step.ToResponse(), "step");
        }

        yield return new SseItem<object>(Whole(all), "completed");
    }

    private static void Add(DiagnosisStep step, List<DiagnosisStepResponse> all)
    {
        if (step.Outcome != DiagnosisOutcome.Waiting)
        {
            all.Add(step.ToResponse());
        }
    }

    private static DiagnosisResponse Whole(List<DiagnosisStepResponse> steps) => new(steps.TrueForAll(step => step.Outcome != "failed"), steps);
}
