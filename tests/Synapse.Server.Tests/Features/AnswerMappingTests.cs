using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Answering;
using Synapse.Chat;
using Synapse.Contracts;
using Synapse.Server.Tests.TestSupport;
using Synapse.Server.Wire;

namespace Synapse.Server.Tests.Features;

/// <summary>Answers of a model in the words of the contract.</summary>
public sealed class AnswerMappingTests(RunningServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Interrupted_answer_tells_model_support_passages_and_error()
    {
        await using var scope = server.Services.CreateAsyncScope();
        var answer = new Answer("x [unsupported]", false, [new AnswerSentence("x", []) { Support = SentenceSupport.Unsupported, Reason = "Why.", Lead = "\n- ", Form = SentenceForm.TableRow }], [])
        {
            Model = new AnswerModel("p", "m", IsLocal: true),
            Finish = AnswerFinish.Interrupted,
            Fault = new AnswerFault("provider_interrupted", "Cut off."),
            PassagesUsed = 2,
            PassagesLeftOut = [new LeftOutPassage(7, "a.md", 1, 9)],
            Usage = new TokenUsage(10, 5),
            SearchedFor = "q",
        };
        var response = await answer.ToResponseAsync([], scope.ServiceProvider.GetRequiredService<CollectionLookup>(), Cancel);
        Assert.Equal(
            """{"answer":"x [unsupported]","sentences":[{"text":"x","citations":[],"support":"unsupported","reason":"Why.","lead":"\n- ","form":"tableRow"}],"citations":[],"found":false,"notes":[],"""
            + "\"finish\"" + """:"interrupted","model":{"provider":"p","model":"m","isLocal":true},"passagesUsed":2,"passagesLeftOut":[{"documentId":7,"document":"a.md","startLine":1,"endLine":9}],"""
            + "\"usage\"" + """:{"inputTokens":10,"outputTokens":5},"error":{"code":"provider_interrupted","message":"Cut off."},"searchedFor":"q"}""",
            JsonSerializer.Serialize(response, ContractsJsonContext.Default.AnswerResponse));
    }

    [Fact]
    public async Task Question_takes_mode_collections_and_history_from_the_request()
    {
        await using var scope = server.Services.CreateAsyncScope();
        var lookup = scope.ServiceProvider.GetRequiredService<CollectionLookup>();
        var sample = (await lookup.FindIdsAsync(["sample"], Cancel))!;
        var request = new AnswerRequest(
            "And then?", ["sample"], 3, "extractive", [new ExchangeRequest("What?", "That."), new ExchangeRequest("Who?", "She.", ["sample"]), new ExchangeRequest("Why?", "So.", ["removed"])]);
        var question = await request.ToQuestionAsync(lookup, Cancel);
        Assert.Equal(("And then?", 3, AnswerMode.Extractive), (question.Text, question.Limit, question.Mode));
        Assert.Equal(sample, question.CollectionIds!);
        Assert.Equal(["What? That.", "Who? She.", "Why? So."], question.History.Select(exchange => $"{exchange.Question} {exchange.Answer}"));
        Assert.Equal([null, sample, null], question.History.Select(exchange => exchange.CollectionIds));
        Assert.Equal([false, false, true], question.History.Select(exchange => exchange.IsLocalOnly));
        Assert.Equal(AnswerMode.Auto, (await new AnswerRequest("What?").ToQuestionAsync(lookup, Cancel)).Mode);
    }
}
