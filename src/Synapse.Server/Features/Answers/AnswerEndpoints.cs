using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http.HttpResults;
using Synapse.Answering;
using Synapse.Contracts;
using Synapse.Library;
using Synapse.Server.Security;
using Synapse.Server.Wire;
using Synapse.Telemetry;

namespace Synapse.Server.Features.Answers;

/// <summary>Questions and their cited answers.</summary>
internal static class AnswerEndpoints
{
    public static void MapAnswers(this IEndpointRouteBuilder endpoints)
        => endpoints.MapPost("/api/v1/answers", AnswerAsync).WithTags("Answers").RequireAuthorization(Policies.Api)
            .WithSummary("Answers a question from the documents, each sentence with its citations.")
            .WithDescription(
                "With 'Accept: text/event-stream' the answer comes as server-sent events: 'rewritten' for a follow-up question, 'passages', then 'model', 'waiting' and "
                + "'text' when a chat model writes, 'citation' and 'sentence' in turn, last 'completed' with the whole answer, or 'error' with a problem. Else it comes whole as JSON.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<Results<Ok<AnswerResponse>, ServerSentEventsResult<object>>> AnswerAsync(
        AnswerRequest request,
        HttpRequest http,
        IAnswerer answerer,
        CollectionLookup collections,
        AccessScope scope,
        CancellationToken cancellationToken)
    {
        var question = await request.ToQuestionAsync(collections, cancellationToken);
        var events = answerer.AnswerAsync(scope, question, cancellationToken).MeasuredAsync(cancellationToken);
        if (WantsEvents(http))
        {
            return TypedResults.ServerSentEvents(ToEventsAsync(events, collections, cancellationToken).WithErrorEventAsync(cancellationToken));
        }

        IReadOnlyList<NoteResponse> notes = [];
        await foreach (var answerEvent in events.WithCancellation(cancellationToken))
        {
            if (answerEvent is PassagesFound passages)
            {
                notes = await passages.Degraded.ToResponseAsync(collections, cancellationToken);
            }
            else if (answerEvent is AnswerCompleted completed)
            {
                return TypedResults.Ok(await completed.Answer.ToResponseAsync(notes, collections, cancellationToken));
            }
        }

        throw new InvalidOperationException("The answerer ended without an answer.");
    }

    private static bool WantsEvents(HttpRequest http)
        => http.GetTypedHeaders().Accept.Any(type => type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase));

    private static async IAsyncEnumerable<SseItem<object>> ToEventsAsync(
        IAsyncEnumerable<AnswerEvent> events, CollectionLookup collections, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<NoteResponse> notes = [];
        await foreach (var answerEvent in events.WithCancellation(cancellationToken))
        {
            if (answerEvent is PassagesFound { Degraded.Count: > 0 } found)
            {
                notes = await found.Degraded.ToResponseAsync(collections, cancellationToken);
            }

            yield return answerEvent switch
            {
                QuestionRewritten rewritten => new SseItem<object>(new RewrittenQuestionResponse(rewritten.Question), "rewritten"),
                PassagesFound passages => new SseItem<object>(
                    new PassagesResponse(await passages.Hits.ToResponseAsync(collections, cancellationToken), notes), "passages"),
                ModelAsked asked => new SseItem<object>(asked.ToResponse(), "model"),
                ProviderAwaited awaited => new SseItem<object>(
                    new ProviderWaitResponse(awaited.Provider, awaited.Reason, awaited.RetryAfter.TotalMilliseconds), "waiting"),
                TextAdded added => new SseItem<object>(new AnswerTextResponse(added.Text), "text"),
                CitationAdded added => new SseItem<object>(await added.Citation.ToResponseAsync(collections, cancellationToken), "citation"),
                SentenceAdded added => new SseItem<object>(added.Sentence.ToResponse(), "sentence"),
                AnswerCompleted completed => new SseItem<object>(await completed.Answer.ToResponseAsync(notes, collections, cancellationToken), "completed"),
                _ => throw new InvalidOperationException($"The contract has no event for {answerEvent.GetType().Name}."),
            };
        }
    }
}
