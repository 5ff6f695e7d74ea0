using Synapse.ModelServers.Tests.TestSupport;
using Synapse.Telemetry;

namespace Synapse.ModelServers.Tests.Diagnosis;

/// <summary>What the doctor says of real servers, well and ill.</summary>
public sealed class DoctorTests(TinyModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_healthy_chat_server_passes_every_step()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var host = ProviderHost.ForChat(server);

        var steps = await host.DiagnoseAsync(Token);

        Assert.Equal(
            [("settings", "settings_read"), ("address", "reachable"), ("server", "server_found"), ("chat", "chat_answers"), ("stream", "streams"), ("context", "context_known")],
            steps.Select(step => (step.Name, step.Code)));
        Assert.All(steps, step => Assert.Equal(DiagnosisOutcome.Ok, step.Outcome));
        Assert.Equal("It is llama.cpp.", steps[2].Finding);
        Assert.Contains("8,192 tokens", steps[5].Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_healthy_embedding_server_passes_every_step()
    {
        await using var server = await LlamaServer.StartAsync(models.Embedder, Token, "--embedding");
        await using var host = ProviderHost.ForEmbedding(server);

        var steps = await host.DiagnoseAsync(Token);

        Assert.Equal(["settings_read", "reachable", "embeds", "batch_taken", "collections_fit"], steps.Select(step => step.Code));
        Assert.Contains("384 numbers, of unit length", steps[2].Finding, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_is_named_with_its_variable_and_not_shown()
    {
        const string Wrong = "wrong-key-0123456789abcdef";
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token, "--api-key", "right-key-0123456789abcdef");
        await using var host = ProviderHost.ForChat(server, $"LOCAL_LLM_API_KEY={Wrong}");

        var steps = await host.DiagnoseAsync(Token);

        Assert.Equal([("server", "server_found"), ("chat", "wrong_key")], steps.Skip(2).Select(step => (step.Name, step.Code)));
        Assert.Equal("It is llama.cpp.", steps[2].Finding);
        Assert.Contains("LOCAL_LLM_API_KEY", steps[3].Cure, StringComparison.Ordinal);
        Assert.All(steps, step => Assert.DoesNotContain(Wrong, step.ToString(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_key_is_told_apart_from_a_wrong_one()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token, "--api-key", "right-key-0123456789abcdef");
        await using var host = ProviderHost.ForChat(server);

        Assert.Equal("key_missing", (await host.DiagnoseAsync(Token))[^1].Code);
    }

    [Fact]
    public async Task A_loading_server_is_waited_for_and_then_examined()
    {
        await using var server = await LlamaServer.StartUntilLoadingAsync(models.SlowToLoad, Token);
        await using var host = ProviderHost.ForChat(server);

        var steps = await host.DiagnoseAsync(Token, withWaits: true);

        Assert.Contains(steps, step => step.Outcome == DiagnosisOutcome.Waiting && step.Finding.Contains("loading its model", StringComparison.Ordinal));
        Assert.All(steps, step => Assert.True(step.Outcome is DiagnosisOutcome.Ok or DiagnosisOutcome.Waiting, step.ToString()));
        Assert.Equal("context_known", steps[^1].Code);
    }

    [Fact]
    public async Task Where_nothing_listens_the_rest_is_skipped()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token);
        await server.KillAsync(Token);
        await using var host = ProviderHost.ForChat(server);

        var steps = await host.DiagnoseAsync(Token);

        Assert.Equal([("address", "connection_refused"), ("chat", "skipped")], steps.Skip(1).Select(step => (step.Name, step.Code)));
        Assert.Contains("LOCAL_LLM_ENDPOINT", steps[1].Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chat_server_in_the_place_of_an_embedding_server_is_told_with_the_option_that_it_lacks()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token);
        await using var host = ProviderHost.ForEmbedding(server);

        var last = (await host.DiagnoseAsync(Token))[^1];

        Assert.Equal((DiagnosisOutcome.Failed, "embeddings_off"), (last.Outcome, last.Code));
        Assert.Contains("--embeddings", last.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_embedding_server_in_the_place_of_a_chat_server_is_no_chat_model()
    {
        await using var server = await LlamaServer.StartAsync(models.Embedder, Token, "--embedding");
        await using var host = ProviderHost.ForChat(server);

        var last = (await host.DiagnoseAsync(Token))[^1];

        Assert.Equal((DiagnosisOutcome.Failed, "not_a_chat_model"), (last.Outcome, last.Code));
        Assert.Contains("without --embeddings", last.Cure, StringComparison.Ordinal);
        Assert.Contains("LOCAL_LLM_ENDPOINT", last.Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_too_small_for_an_answer_fails_with_the_option_that_cures_it()
    {
        await using var server = await LlamaServer.StartAsync(models.Fixed, Token, "-c", "512", "-np", "1");
        await using var host = ProviderHost.ForChat(server);

        var last = (await host.DiagnoseAsync(Token))[^1];

        Assert.Equal((DiagnosisOutcome.Failed, "context_too_small"), (last.Outcome, last.Code));
        Assert.Contains("--ctx-size", last.Cure, StringComparison.Ordinal);
    }
}
