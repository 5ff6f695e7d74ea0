using Synapse.Chat;
using Synapse.Errors;
using Synapse.ModelServers.Tests.TestSupport;
using Synapse.Providers.Tests.TestSupport;
using Synapse.Telemetry;

namespace Synapse.ModelServers.Tests.Chat;

/// <summary>A real server writes: does the text come whole, and how does it end when it does not?</summary>
public sealed class StreamTests(TinyModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_text_streams_to_its_end_and_its_tokens_are_counted()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var host = ProviderHost.ForChat(server);

        var outcome = await host.AskAsync(ProviderHost.Request("What is the notice period?"), Token);

        Assert.Null(outcome.Error);
        Assert.Equal(TinyModels.FixedText, outcome.Text.Trim());
        Assert.True(outcome.Events.OfType<ChatText>().Count() > 1, "It came in one piece.");
        Assert.Equal(ChatFinish.Complete, outcome.Finished!.Finish);
        // 15 pieces and the end.
        Assert.Equal(16, outcome.Finished.Usage!.OutputTokens);
        Assert.True(outcome.Finished.Usage.InputTokens > 0);
        var status = host.Status;
        Assert.Equal(("llamacpp", ProviderState.Ready, 1L, 16L), (status.Kind, status.State, status.Requests, status.OutputTokens));
        Assert.Equal(outcome.Finished.Usage.InputTokens, status.InputTokens);
        Assert.Equal(TinyModels.ContextTokens, Started(outcome).ContextTokens);
    }

    [Fact]
    public async Task The_limit_of_tokens_cuts_a_text_short_and_the_window_is_that_of_a_slot()
    {
        await using var server = await LlamaServer.StartAsync(models.Endless, Token, "-c", "2048", "-np", "2", "--no-kv-unified");
        await using var host = ProviderHost.ForChat(server);

        var outcome = await host.AskAsync(ProviderHost.Request("Go on.", maxOutputTokens: 20), Token);

        Assert.Equal((ChatFinish.Truncated, 20L), (outcome.Finished!.Finish, outcome.Finished.Usage!.OutputTokens));
        Assert.Equal(1_024, Started(outcome).ContextTokens);
    }

    [Fact]
    public async Task A_server_that_is_killed_while_it_writes_leaves_its_text_and_one_end()
    {
        await using var server = await LlamaServer.StartAsync(models.Endless, Token);
        await using var host = ProviderHost.ForChat(server);

        var outcome = await host.AskAsync(ProviderHost.Request("Go on.", maxOutputTokens: 6_000), Token, next => next is ChatText ? server.KillAsync(Token) : Task.CompletedTask);

        Assert.Equal(ProviderFailure.Interrupted, outcome.Failure);
        Assert.Null(outcome.Finished);
        Assert.NotEmpty(outcome.Text);
        Assert.Single(outcome.Events.OfType<ChatStarted>());
        Assert.Contains("cut off", outcome.Error!.Message, StringComparison.Ordinal);

        var again = await host.AskAsync(ProviderHost.Request("And now?"), Token);
        Assert.Equal(ProviderFailure.Unavailable, again.Failure);
        Assert.Empty(again.Text);
        Assert.Equal(2, again.Events.OfType<ChatWaiting>().Count());
    }

    [Fact]
    public async Task A_cancelled_request_ends_and_leaves_its_slot_to_the_next()
    {
        await using var server = await LlamaServer.StartAsync(models.Endless, Token, "-np", "1");
        await using var host = ProviderHost.ForChat(server);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => host.AskAsync(ProviderHost.Request("Go on.", maxOutputTokens: 8_000), stop.Token, next => next is ChatText ? stop.CancelAsync() : Task.CompletedTask));

        // The only slot would be busy until the window is full: that the next request gets it says that the server stopped.
        var next = await host.AskAsync(ProviderHost.Request("And now?", maxOutputTokens: 3), Token);
        Assert.Equal(3, next.Finished!.Usage!.OutputTokens);
        var (isBusy, tokens) = await server.SlotAsync(Token);
        Assert.False(isBusy);
        Assert.InRange(tokens, 1, 1_000);
        Assert.Empty(host.Status.Failures);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_once_named_as_such_and_never_shown()
    {
        const string Wrong = "wrong-key-0123456789abcdef";
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token, "--api-key", "right-key-0123456789abcdef");
        await using var host = ProviderHost.ForChat(server, $"LOCAL_LLM_API_KEY={Wrong}");

        var outcome = await host.AskAsync(ProviderHost.Request("What is the notice period?"), Token);

        Assert.Equal(ProviderFailure.Auth, outcome.Failure);
        Assert.Equal("provider_auth_failed", outcome.Error!.Code);
        Assert.Contains("synapse doctor", outcome.Error.Message, StringComparison.Ordinal);
        var status = host.Status;
        Assert.Equal(("llamacpp", ProviderState.Misconfigured, 1L), (status.Kind, status.State, status.Requests));
        Assert.All([outcome.Error.ToString(), ((ProviderException)outcome.Error).Detail, status.ToString(), host.Log.Text], text => Assert.DoesNotContain(Wrong, text, StringComparison.Ordinal));

        // The circuit is open until the configuration changes: nothing is sent.
        Assert.Equal(ProviderFailure.Auth, (await host.AskAsync(ProviderHost.Request("And now?"), Token)).Failure);
        Assert.Equal(1, host.Status.Requests);
    }

    [Fact]
    public async Task The_right_key_is_taken()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token, "--api-key", "right-key-0123456789abcdef");
        await using var host = ProviderHost.ForChat(server, "LOCAL_LLM_API_KEY=right-key-0123456789abcdef");

        Assert.Equal(TinyModels.FixedText, (await host.AskAsync(ProviderHost.Request("What is the notice period?"), Token)).Text.Trim());
    }

    private static ChatModelDescription Started(ChatOutcome outcome) => Assert.Single(outcome.Events.OfType<ChatStarted>()).Model;
}
