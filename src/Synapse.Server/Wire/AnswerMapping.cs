using System.Text.Json;
using Synapse.Answering;
using Synapse.Contracts;
using Synapse.Errors;

namespace Synapse.Server.Wire;

/// <summary>Reads questions and writes answers in the words of the contract.</summary>
internal static class AnswerMapping
{
    public static async ValueTask<Question> ToQuestionAsync(this AnswerRequest request, CollectionLookup collections, CancellationToken cancellationToken)
    {
        var history = new List<Exchange>();
        foreach (var exchange in request.History ?? [])
        {
            history.Add(await ToExchangeAsync(exchange, collections, cancellationToken));
        }

        return new(request.Question, await collections.FindIdsAsync(request.Collections, cancellationToken), request.Limit)
        {
            Mode = request.Mode == "extractive" ? AnswerMode.Extractive : AnswerMode.Auto,
            History = history,
        };
    }

    private static async ValueTask<Exchange> ToExchangeAsync(ExchangeRequest exchange, CollectionLookup collections, CancellationToken cancellationToken)
    {
        try
        {
            return new Exchange(exchange.Question, exchange.Answer) { CollectionIds = await collections.FindIdsAsync(exchange.Collections, cancellationToken) };
        }
        catch (CollectionNotFoundException)
        {
            return new Exchange(exchange.Question, exchange.Answer) { IsLocalOnly = true };
        }
    }

    public static async ValueTask<AnswerResponse> ToResponseAsync(
        this Answer answer, IReadOnlyList<NoteResponse> notes, CollectionLookup collections, CancellationToken cancellationToken)
    {
        var citations = new CitationResponse[answer.Citations.Count];
        for (var i = 0; i < citations.Length; i++)
        {
            citations[i] = await answer.Citations[i].ToResponseAsync(collections, cancellationToken);
        }

        return new AnswerResponse(
            answer.Text,
            [.. answer.Sentences.Select(ToResponse)],
            citations,
            answer.Found,
            notes,
            NameOf(answer.Finish),
            answer.Model is { } model ? ToResponse(model) : null,
            answer.PassagesUsed,
            answer.Model is null ? null : [.. answer.PassagesLeftOut.Select(ToResponse)],
            answer.Usage is { } usage ? new TokenUsageResponse(usage.InputTokens, usage.OutputTokens) : null,
            answer.Fault is { } fault ? new AnswerFaultResponse(fault.Code, fault.Message) : null,
            answer.SearchedFor);
    }

    public static AnswerSentenceResponse ToResponse(this AnswerSentence sentence)
        => new(sentence.Text, sentence.Citations, NameOf(sentence.Support), sentence.Reason, sentence.Lead, NameOf(sentence.Form));

    public static ModelAskedResponse ToResponse(this ModelAsked asked)
        => new(ToResponse(asked.Model), asked.PassagesUsed, [.. asked.PassagesLeftOut.Select(ToResponse)]);

    private static AnswerModelResponse ToResponse(AnswerModel model) => new(model.Provider, model.Model, model.IsLocal);

    private static LeftOutPassageResponse ToResponse(LeftOutPassage passage) => new(passage.DocumentId, passage.Path, passage.StartLine, passage.EndLine);

    private static string NameOf<T>(T value)
        where T : struct, Enum
        => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
