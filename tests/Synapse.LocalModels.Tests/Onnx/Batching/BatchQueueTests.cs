using Synapse.Errors;
using Synapse.LocalModels.Onnx.Batching;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Tests.Onnx.Batching;

public sealed class BatchQueueTests
{
    private static readonly BatchLimits Limits = new(MaxBatchTokens: 64, RunCostTokens: 8, MaxWaitingTokens: 400, MaxWaitingInputs: 40);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lone_input_runs_at_once_and_alone()
    {
        var runner = new FakeRunner();
        await using var queue = new BatchQueue("fake", [runner], Limits);

        Assert.Equal((float[])[7f], await RunAsync(queue, (7, 3)));
        Assert.Equal([[3]], runner.Runs);
    }

    [Fact]
    public async Task Inputs_of_several_callers_that_came_during_a_run_share_the_next()
    {
        var runner = new FakeRunner { IsHeld = true };
        await using var queue = new BatchQueue("fake", [runner], Limits);
        var first = RunAsync(queue, (1, 3));
        await runner.EnteredAsync(Cancellation);
        var others = Enumerable.Range(2, 5).Select(id => RunAsync(queue, (id, 4))).ToArray();
        runner.LetGo(2);

        Assert.Equal((float[])[1f], await first);
        Assert.Equal((float[])[2f, 3f, 4f, 5f, 6f], (await Task.WhenAll(others)).SelectMany(result => result));
        Assert.Equal([[3], [4, 4, 4, 4, 4]], runner.Runs);
    }

    [Fact]
    public async Task Results_come_in_the_order_of_the_call_though_runs_sort_by_length()
    {
        var runner = new FakeRunner();
        await using var queue = new BatchQueue("fake", [runner], Limits);
        var random = new Random(5);
        var inputs = Enumerable.Range(0, 200).Select(id => (id, random.Next(1, 64))).ToArray();

        Assert.Equal(inputs.Select(input => (float)input.id), await RunAsync(queue, inputs));
        Assert.True(runner.Runs.Count < 200);
    }

    [Fact]
    public async Task A_cancelled_call_leaves_the_queue_and_its_destination_is_not_written()
    {
        var runner = new FakeRunner { IsHeld = true };
        await using var queue = new BatchQueue("fake", [runner], Limits);
        var running = queue.Begin(1, new float[1]);
        await queue.AddAsync(running, 0, Text(1, 3), 0);
        await runner.EnteredAsync(Cancellation);
        var destination = new float[1];
        var waiting = queue.Begin(1, destination);
        await queue.AddAsync(waiting, 0, Text(2, 3), 0);
        Assert.Equal(1, queue.Waiting.Inputs);

        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        waiting.Cancel(source.Token);
        queue.Withdraw(waiting);

        Assert.Equal(0, queue.Waiting.Inputs);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.Completion);
        runner.LetGo();
        await running.Completion;
        Assert.Single(runner.Runs);
        Assert.Equal(0f, destination[0]);
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_runs_ends_at_once_and_gets_nothing_written()
    {
        var runner = new FakeRunner { IsHeld = true };
        await using var queue = new BatchQueue("fake", [runner], Limits);
        var destination = new float[1];
        var call = queue.Begin(1, destination);
        await queue.AddAsync(call, 0, Text(9, 3), 0);
        await runner.EnteredAsync(Cancellation);
        call.Cancel(new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.Completion);
        runner.LetGo(2);
        Assert.Equal((float[])[5f], await RunAsync(queue, (5, 3)));
        Assert.Equal(0f, destination[0]);
    }

    [Fact]
    public async Task A_full_queue_refuses_at_once_and_says_when_to_come_again()
    {
        var runner = new FakeRunner { IsHeld = true };
        await using var queue = new BatchQueue("fake", [runner], Limits);
        var first = RunAsync(queue, (1, 3));
        await runner.EnteredAsync(Cancellation);
        var waiting = Enumerable.Range(0, Limits.MaxWaitingInputs).Select(id => RunAsync(queue, (id, 3))).ToArray();

        var busy = Assert.Throws<ModelBusyException>(() => queue.Begin(1, new float[1]));
        Assert.True(busy.RetryAfter >= TimeSpan.FromSeconds(1));
        runner.LetGo(1_000);
        await Task.WhenAll([first, .. waiting]);
        Assert.NotNull(queue.Begin(1, new float[1]));
    }

    [Fact]
    public async Task A_large_call_adds_as_room_comes_and_leaves_room_for_others()
    {
        var runner = new FakeRunner { IsHeld = true };
        await using var queue = new BatchQueue("fake", [runner], Limits);
        var large = RunAsync(queue, [.. Enumerable.Range(0, 500).Select(id => (id, 10))]);
        await runner.EnteredAsync(Cancellation);

        Assert.InRange(queue.Waiting.Inputs, 1, Limits.MaxCallInputs + 1);
        var small = RunAsync(queue, (1_000, 10));
        runner.LetGo(1_000);
        Assert.Equal((float[])[1_000f], await small);
        Assert.Equal(Enumerable.Range(0, 500).Select(id => (float)id), await large);
    }

    [Fact]
    public async Task An_input_that_the_model_cannot_take_fails_its_own_call_alone()
    {
        var runner = new FakeRunner { IsHeld = true };
        await using var queue = new BatchQueue("fake", [runner], Limits);
        var first = RunAsync(queue, (1, 3));
        await runner.EnteredAsync(Cancellation);
        var good = RunAsync(queue, (2, 4));
        var bad = RunAsync(queue, (FakeRunner.BadToken, 4));
        runner.LetGo(1_000);

        Assert.Equal((float[])[2f], await good);
        await Assert.ThrowsAsync<ModelFailedException>(() => bad);
        Assert.Equal((float[])[1f], await first);
        Assert.Equal((float[])[3f], await RunAsync(queue, (3, 3)));
    }

    [Fact]
    public async Task Disposing_fails_what_waits_and_waits_for_what_runs()
    {
        var runner = new FakeRunner { IsHeld = true };
        var queue = new BatchQueue("fake", [runner], Limits);
        var running = RunAsync(queue, (1, 3));
        await runner.EnteredAsync(Cancellation);
        var waiting = RunAsync(queue, (2, 3));
        var disposing = queue.DisposeAsync().AsTask();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        Assert.False(disposing.IsCompleted);
        runner.LetGo();
        await disposing;
        Assert.Equal((float[])[1f], await running);
        Assert.True(runner.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => queue.Begin(1, new float[1]));
    }

    [Fact]
    public async Task A_call_without_inputs_ends_at_once()
    {
        await using var queue = new BatchQueue("fake", [new FakeRunner()], Limits);
        Assert.Empty(await RunAsync(queue));
    }

    private static async Task<float[]> RunAsync(BatchQueue queue, params (int Id, int Length)[] inputs)
    {
        var results = new float[inputs.Length];
        var call = queue.Begin(inputs.Length, results);
        for (var i = 0; i < inputs.Length; i++)
        {
            await queue.AddAsync(call, i, Text(inputs[i].Id, inputs[i].Length), 0);
        }

        await call.Completion;
        return results;
    }

    private static TokenizedText Text(int id, int length) => new([id, .. new int[length - 1]], new int[length], false);
}
