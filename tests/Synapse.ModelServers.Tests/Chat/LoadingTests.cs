using Synapse.Chat;
using Synapse.Errors;
using Synapse.ModelServers.Tests.TestSupport;
using Synapse.Telemetry;

namespace Synapse.ModelServers.Tests.Chat;

/// <summary>A server that has only just been started: who waits for its model, and who is told?</summary>
public sealed class LoadingTests(TinyModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_loading_server_is_announced_waited_for_and_then_answers()
    {
        await using var server = await LlamaServer.StartUntilLoadingAsync(models.SlowToLoad, Token);
        await using var host = ProviderHost.ForChat(server);

        var outcome = await host.AskAsync(ProviderHost.Request("What is the notice period?"), Token);

        Assert.Null(outcome.Error);
        Assert.Equal(("local-chat", "loading its model"), (Assert.IsType<ChatWaiting>(outcome.Events[0]).Provider, ((ChatWaiting)outcome.Events[0]).Reason));
        Assert.Equal(TinyModels.FixedText, outcome.Text.Trim());
        // What was asked while it loaded taught nothing wrong.
        Assert.Equal(TinyModels.ContextTokens, Assert.Single(outcome.Events.OfType<ChatStarted>()).Model.ContextTokens);
        Assert.Equal(("llamacpp", ProviderState.Ready), (host.Status.Kind, host.Status.State));
    }

    [Fact]
    public async Task A_server_that_nobody_started_is_given_up_after_two_retries()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token);
        await server.KillAsync(Token);
        await using var host = ProviderHost.ForChat(server);

        var outcome = await host.AskAsync(ProviderHost.Request("What is the notice period?"), Token);

        Assert.Equal(ProviderFailure.Unavailable, outcome.Failure);
        Assert.Equal(["not answering", "not answering"], outcome.Events.Cast<ChatWaiting>().Select(wait => wait.Reason));
    }
}
