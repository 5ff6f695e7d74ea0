using Synapse.Contracts;
using Synapse.ModelServers.Tests.TestSupport;

namespace Synapse.ModelServers.Tests.Product;

/// <summary>The whole product when a real server dies: what is kept, what is said, and does it go on by itself?</summary>
public sealed class FailureTests(TinyModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_chat_server_that_is_gone_is_a_clear_error_quotes_still_work_and_its_return_is_noticed()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var product = await RunningProduct.StartAsync(RunningProduct.Models(chat));
        await chat.KillAsync(Token);

        var error = await Assert.ThrowsAsync<SynapseApiException>(() => product.Client.AnswerAsync(new AnswerRequest(RunningProduct.Question), Token));
        Assert.Equal((503, "provider_unavailable"), (error.Status, error.Code));
        Assert.Contains("synapse doctor", error.Message, StringComparison.Ordinal);

        var quotes = await product.Client.AnswerAsync(new AnswerRequest(RunningProduct.Question, Mode: "extractive"), Token);
        Assert.True(quotes.Found);
        Assert.Contains("forty-two days", quotes.Answer, StringComparison.Ordinal);
        Assert.Null(quotes.Model);
        Assert.Equal("degraded", (await product.Client.GetHealthAsync(Token)).Status);

        await using var again = await chat.StartAgainAsync(models.Fixed, Token);
        Assert.Equal("verified", Assert.Single((await product.Client.AnswerAsync(new AnswerRequest(RunningProduct.Question), Token)).Sentences).Support);
        Assert.Equal("ready", Assert.Single((await product.Client.ListProvidersAsync(Token)).Providers).State);
    }

    [Fact]
    public async Task A_chat_server_that_is_killed_while_it_writes_leaves_an_interrupted_answer_as_the_one_end()
    {
        await using var chat = await LlamaServer.StartAsync(models.Endless, Token);
        await using var product = await RunningProduct.StartAsync(RunningProduct.Models(chat));

        var events = await product.StreamAsync(next => next.Text is null ? Task.CompletedTask : chat.KillAsync(Token));

        var answer = Assert.Single(events, item => item.Completed is not null).Completed!;
        Assert.Same(events[^1].Completed, answer);
        Assert.Equal(("interrupted", "provider_interrupted"), (answer.Finish, answer.Error!.Code));
        Assert.NotEmpty(answer.Sentences);
        Assert.All(answer.Sentences, sentence => Assert.True(sentence.Support is "incomplete" or "unsupported", sentence.Support));
        Assert.Single(events, item => item.Model is not null);
    }

    [Fact(Timeout = 60_000)]
    public async Task Whoever_goes_away_frees_the_slot_of_the_model()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var chat = await LlamaServer.StartAsync(models.Endless, Token, "-np", "1");
        await using var product = await RunningProduct.StartAsync(RunningProduct.Models(chat));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var next in product.Client.StreamAnswerAsync(new AnswerRequest(RunningProduct.Question), gone.Token))
            {
                await (next.Text is null ? Task.CompletedTask : gone.CancelAsync());
            }
        });

        // The server is asked until its slot is free; the test's own time ends a wait in vain.
        var (isBusy, tokens) = await chat.SlotAsync(cancellationToken);
        while (isBusy)
        {
            (isBusy, tokens) = await chat.SlotAsync(cancellationToken);
        }

        // Prompt and answer together would have been cut at 2,048 tokens of answer.
        var prompt = Assert.Single((await product.Client.ListProvidersAsync(Token)).Providers);
        Assert.Empty(prompt.Failures);
        Assert.Equal(0, prompt.OutputTokens);
        Assert.True(tokens > 0);
    }

    [Fact]
    public async Task Without_its_embedding_server_a_collection_is_searched_by_words_and_indexing_waits_for_it()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var embedder = await LlamaServer.StartAsync(models.Embedder, Token, "--embedding");
        await using var product = await RunningProduct.StartAsync([.. RunningProduct.Models(chat, embedder), "SYNAPSE__INGESTION__RETRYDELAY=00:00:01"]);
        await embedder.KillAsync(Token);

        var answer = await product.Client.AnswerAsync(new AnswerRequest(RunningProduct.Question), Token);
        Assert.Equal("verified", Assert.Single(answer.Sentences).Support);
        var note = Assert.Single(answer.Notes);
        Assert.Equal("provider_unavailable", note.Code);
        Assert.Equal(["handbook"], note.Collections);

        product.Write("bicycles.md", "# Bicycles\n\nThe velocipede cellar is locked at midnight.\n");
        var job = await product.IndexAsync();
        Assert.Equal(("waiting", "provider_unavailable"), (job.State, job.ErrorCode));
        Assert.DoesNotContain((await product.Client.SearchAsync(new SearchRequest("velocipede cellar"), Token)).Hits, hit => hit.Document == "bicycles.md");

        // So many failures have opened its circuit for half a minute; a diagnosis that goes well closes it.
        await using var again = await embedder.StartAgainAsync(models.Embedder, Token, "--embedding");
        await foreach (var step in product.Client.DiagnoseAsync(new DiagnosisRequest("local-embedding"), Token))
        {
            Assert.True(step.Outcome is "ok" or "waiting", step.ToString());
        }

        await foreach (var next in product.Client.FollowJobAsync(job.Id, Token))
        {
            job = next;
        }

        Assert.Equal("completed", job.State);
        var found = await product.Client.SearchAsync(new SearchRequest("velocipede cellar"), Token);
        Assert.Equal("bicycles.md", found.Hits[0].Document);
        Assert.Empty(found.Notes);
    }
}
