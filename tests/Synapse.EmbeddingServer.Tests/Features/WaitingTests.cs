using Synapse.EmbeddingServer.Hosting;
using Synapse.EmbeddingServer.Tests.TestSupport;

namespace Synapse.EmbeddingServer.Tests.Features;

/// <summary>What happens to requests that have to wait for the model.</summary>
public sealed class WaitingTests : IDisposable
{
    private const string Path = "/v1/embeddings";
    private const string PendingRequests = """synapse_embedding_pending_requests{model="slow"}""";
    private const string WaitingInputs = """synapse_embedding_waiting_inputs{model="slow"}""";
    private const string WaitingTokens = """synapse_embedding_waiting_tokens{model="slow"}""";

    // A few hundred inputs of full length keep the model busy for longer than a test takes to look at it.
    private static readonly string[] Many = [.. Enumerable.Repeat(string.Concat(Enumerable.Repeat("cat and dog ", 170)), 400)];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_abandoned_request_leaves_the_queue()
    {
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteSlowEmbedder(_folder)] });
        using var abandonment = new CancellationTokenSource();
        var request = service.PostAsync(Path, new { input = Many }, abandonment.Token);
        await service.MeasureUntilAsync(WaitingInputs, static inputs => inputs > 1);
        Assert.True(await service.MeasureAsync(WaitingTokens) > 1);

        await abandonment.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await service.MeasureUntilAsync(PendingRequests, static requests => requests == 0);
        Assert.Equal((0, 0), (await service.MeasureAsync(WaitingInputs), await service.MeasureAsync(WaitingTokens)));
        await service.MeasureUntilAsync("""synapse_embedding_requests_total{route="/v1/embeddings",status="499"}""", static requests => requests == 1);
        Assert.Equal(0, await service.MeasureAsync("""synapse_embedding_inputs_total{model="slow"}"""));

        // The model is free for others.
        Assert.Equal(200, (await service.PostAsync(Path, new { input = "rain" })).Status);
        Assert.Equal(1, await service.MeasureAsync("""synapse_embedding_inputs_total{model="slow"}"""));
        Assert.True(await service.MeasureAsync("""synapse_embedding_busy_seconds_total{model="slow"}""") > 0);
    }

    [Fact]
    public async Task When_too_much_waits_a_request_is_refused_with_the_time_to_come_back()
    {
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteSlowEmbedder(_folder)], MaxWaitingInputs = 1 });
        using var end = new CancellationTokenSource();
        var request = service.PostAsync(Path, new { input = Many }, end.Token);
        await service.MeasureUntilAsync(WaitingInputs, static inputs => inputs > 1);

        // While the long request runs its next inputs wait nearly always; in the moment between two runs there is room.
        var reply = await service.PostAsync(Path, new { input = "rain" });
        while (reply.Status == 200)
        {
            reply = await service.PostAsync(Path, new { input = "rain" });
        }

        Assert.Equal((429, "model_busy"), (reply.Status, reply.ErrorCode));
        Assert.InRange(int.Parse(reply.RetryAfter!, System.Globalization.CultureInfo.InvariantCulture), 1, 60);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
    }

    [Fact]
    public async Task A_stop_lets_running_requests_end_and_takes_no_new_ones()
    {
        await using var service = await RunningService.StartAsync(new ServiceOptions { Models = [TestModels.WriteSlowEmbedder(_folder)] });
        var running = service.PostAsync(Path, new { input = Many.Take(8).ToArray() });
        await service.MeasureUntilAsync(PendingRequests, static requests => requests == 1);

        await service.StopAsync();

        Assert.Equal(8, (await running).Embeddings.Length);
        using var another = service.NewClient();
        await Assert.ThrowsAsync<HttpRequestException>(() => another.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken));
    }
}
