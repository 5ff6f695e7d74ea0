using Synapse.Chat;
using Synapse.Errors;
using Synapse.ModelServers.Tests.TestSupport;

namespace Synapse.ModelServers.Tests.Chat;

/// <summary>A prompt that is longer than the window: who notices, and can it still be answered?</summary>
public sealed class ContextTests(TinyModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_prompt_that_no_shrinking_brings_into_the_window_is_too_large()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token, "-c", "1024", "-np", "1");
        await using var host = ProviderHost.ForChat(server);

        var outcome = await host.AskAsync(ProviderHost.Request(new string('x', 3_000)), Token);

        Assert.Equal(ProviderFailure.TooLarge, outcome.Failure);
        Assert.Empty(outcome.Text);
        // Once as it was, and once after it was made anew.
        Assert.Equal(2, host.Status.Requests);

        // One question that is too long says nothing about the next.
        Assert.Equal(TinyModels.FixedText, (await host.AskAsync(ProviderHost.Request("Short."), Token)).Text.Trim());
    }

    [Fact]
    public async Task A_model_that_makes_many_more_tokens_of_a_text_than_we_counted_gets_a_prompt_that_fits_at_the_second_try()
    {
        // The vocabulary of the tiny model is little more than letters: it makes some three times as many tokens of a text as common models do.
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token, "-c", "2048", "-np", "1");
        await using var host = ProviderHost.ForChat(server);
        var text = string.Join(' ', Enumerable.Repeat("contracts and agreements", 400));
        var lengths = new List<int>();
        var request = new ChatRequest(ModelRole.Chat, LocalOnly: true, model =>
        {
            // As answers are made: as much of the text as the counter says that there is room for.
            var length = text.Length;
            while (model.Tokens.Count(text.AsSpan(0, length)) > model.ContextTokens - 300)
            {
                length -= 50;
            }

            lengths.Add(length);
            return new([new(Microsoft.Extensions.AI.ChatRole.User, text[..length])], 200);
        });

        var outcome = await host.AskAsync(request, Token);

        Assert.Null(outcome.Error);
        Assert.Equal(TinyModels.FixedText, outcome.Text.Trim());
        Assert.Equal(2, lengths.Count);
        Assert.True(lengths[1] < lengths[0], $"{lengths[1]} characters after {lengths[0]}.");

        // What was learned holds for the next question.
        Assert.Null((await host.AskAsync(request, Token)).Error);
        Assert.Equal(3, lengths.Count);
    }
}
