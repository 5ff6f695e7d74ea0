using Synapse.Contracts;
using Synapse.ModelServers.Tests.TestSupport;

namespace Synapse.ModelServers.Tests.Product;

/// <summary>The whole product before real servers: does a model's sentence become a checked answer?</summary>
public sealed class AnswerTests(TinyModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sentence_that_the_documents_bear_out_gets_its_citation_and_the_end_comes_last()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var embedder = await LlamaServer.StartAsync(models.Embedder, Token, "--embedding");
        await using var product = await RunningProduct.StartAsync(RunningProduct.Models(chat, embedder));

        Assert.Equal("tiny-embedder", Assert.Single((await product.Client.ListCollectionsAsync(Token)).Collections).EmbeddingModel);
        var events = await product.StreamAsync();

        Assert.NotNull(events[0].Passages);
        Assert.Empty(events[0].Passages!.Notes);
        Assert.Equal("tiny-chat", events[1].Model!.Model.Model);
        Assert.NotNull(events[2].Text);
        Assert.NotNull(events[^3].Citation);
        Assert.NotNull(events[^2].Sentence);
        var answer = Assert.Single(events, item => item.Completed is not null).Completed!;
        Assert.Same(events[^1].Completed, answer);
        Assert.Equal(TinyModels.FixedText, string.Concat(events.Select(item => item.Text?.Text)).Trim());

        Assert.Equal((true, "complete", true), (answer.Found, answer.Finish, answer.Model!.IsLocal));
        Assert.Equal("verified", Assert.Single(answer.Sentences).Support);
        var citation = Assert.Single(answer.Citations);
        Assert.Equal(("handbook.md", 3, true), (citation.Document, citation.StartLine, citation.Verified));
        Assert.Contains("your notice period is forty-two days.", citation.Quote, StringComparison.Ordinal);
        Assert.Equal(16, answer.Usage!.OutputTokens);
        Assert.True(answer.PassagesUsed > 0);
    }

    [Fact]
    public async Task A_sentence_that_the_documents_contradict_gets_none()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var product = await RunningProduct.StartAsync(RunningProduct.Models(chat), ("handbook.md", "# Notice\n\nAccording to the contract, your notice period is ninety days.\n"));

        var answer = await product.Client.AnswerAsync(new AnswerRequest(RunningProduct.Question), Token);

        Assert.False(answer.Found);
        var sentence = Assert.Single(answer.Sentences);
        Assert.Equal("unsupported", sentence.Support);
        Assert.NotNull(sentence.Reason);
        Assert.Empty(answer.Citations);
    }

    [Fact]
    public async Task A_model_that_names_the_wrong_passage_is_corrected()
    {
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var product = await RunningProduct.StartAsync(
            RunningProduct.Models(chat),
            ("notice-period.md", "# How long is your notice period?\n\nHow long your notice period is, is written in your contract. Ask how long your notice period is before you give notice.\n"),
            ("zz.md", "The statutes say: your notice period is forty-two days.\n"));

        var answer = await product.Client.AnswerAsync(new AnswerRequest(RunningProduct.Question), Token);

        Assert.Equal("notice-period.md", (await product.Client.SearchAsync(new SearchRequest(RunningProduct.Question), Token)).Hits[0].Document);
        Assert.Equal("corrected", Assert.Single(answer.Sentences).Support);
        Assert.Equal("zz.md", Assert.Single(answer.Citations).Document);
    }

    [Fact]
    public async Task Passages_that_the_real_window_has_no_room_for_are_left_out_and_named()
    {
        // The tiny model makes a token of almost every letter, so that the first prompt is too long for it: it is made anew by the server's own count.
        await using var chat = await LlamaServer.StartAsync(models.Fixed, Token, "-c", "6144", "-np", "1");
        var padding = string.Concat(Enumerable.Repeat("Your notice period is a matter of your contract and of the law of the land. ", 30));
        await using var product = await RunningProduct.StartAsync(
            RunningProduct.Models(chat),
            [("handbook.md", RunningProduct.Handbook), .. Enumerable.Range(0, 9).Select(number => ($"notes-{number}.md", $"# Notice period {number}\n\n{padding}\n"))]);

        var events = await product.StreamAsync();
        var answer = events[^1].Completed!;

        Assert.Equal("complete", answer.Finish);
        Assert.True(answer.Usage!.InputTokens < 6_144, $"{answer.Usage.InputTokens} tokens went into a window of 6,144.");
        Assert.NotEmpty(answer.PassagesLeftOut!);
        Assert.True(answer.PassagesUsed > 0);
        // Told twice: of the prompt that was refused, and of the one that fitted.
        Assert.Equal(2, events.Count(item => item.Model is not null));
        var told = events.Last(item => item.Model is not null).Model!;
        Assert.Equal((answer.PassagesUsed, answer.PassagesLeftOut!.Count), (told.PassagesUsed, told.PassagesLeftOut.Count));
    }
}
