using System.Diagnostics;
using System.Runtime.InteropServices;
using Synapse.Errors;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Onnx.Batching;

/// <summary>The one queue of a model: all callers' inputs wait here, and its threads run them in batches of about the same length.</summary>
/// <remarks>Nobody waits for a fuller batch: an idle thread takes what is there. Batches fill by themselves while all threads are busy.</remarks>
internal sealed class BatchQueue : IAsyncDisposable
{
    private static readonly TimeSpan LeastRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MostRetryAfter = TimeSpan.FromSeconds(60);

    private readonly object _gate = new();
    private readonly string _model;
    private readonly BatchLimits _limits;
    private readonly WaitingInputs _waiting;
    private readonly Task[] _threads;
    private readonly int _width;
    private bool _stopping;
    private long _ranTokens;
    private long _runTicks;
    private long _runs;

    /// <summary>Starts the threads.</summary>
    /// <param name="model">Name of the model, for errors.</param>
    /// <param name="runners">One for each thread; the queue disposes them.</param>
    /// <param name="limits">How much runs at once, and how much may wait.</param>
    public BatchQueue(string model, IReadOnlyList<IBatchRunner> runners, BatchLimits limits)
    {
        _model = model;
        _limits = limits;
        _waiting = new WaitingInputs(limits, runners.Count);
        _width = runners[0].Width;
        _threads = [.. runners.Select(StartAsync)];
    }

    /// <summary>What ran so far: runs, their tokens without padding, and the time that all threads together spent in them.</summary>
    public (long Runs, long Tokens, TimeSpan Time) Statistics
    {
        get
        {
            lock (_gate)
            {
                return (_runs, _ranTokens, new TimeSpan(_runTicks));
            }
        }
    }

    /// <summary>What waits: the inputs and tokens that the limits count.</summary>
    public QueueLength Waiting
    {
        get
        {
            lock (_gate)
            {
                return new(_waiting.Count, _waiting.Tokens);
            }
        }
    }

    /// <summary>Begins a call.</summary>
    /// <param name="inputs">Inputs that it will have.</param>
    /// <param name="destination">Receives the results.</param>
    /// <exception cref="ModelBusyException">Too much waits already.</exception>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public BatchCall Begin(int inputs, Memory<float> destination)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, typeof(BatchQueue));
            return _waiting.Tokens < _limits.MaxWaitingTokens && _waiting.Count < _limits.MaxWaitingInputs
                ? new BatchCall(inputs, _width, destination)
                : throw new ModelBusyException(_model, RetryAfter());
        }
    }

    /// <summary>Adds an input of a call.</summary>
    /// <returns>Completed when the call may add more.</returns>
    public Task AddAsync(BatchCall call, int index, TokenizedText text, int skipped)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                call.Fail(Disposed());
            }

            if (call.HasEnded)
            {
                return Task.CompletedTask;
            }

            var input = new WaitingInput(call, index, text, skipped);
            call.Inputs.Add(input);
            _waiting.Add(input);
            Monitor.Pulse(_gate);
            if (call.WaitingTokens <= _limits.MaxCallTokens && call.WaitingInputs <= _limits.MaxCallInputs)
            {
                return Task.CompletedTask;
            }

            call.Inputs.RemoveAll(static added => added.Place is null);
            call.Room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return call.Room.Task;
        }
    }

    /// <summary>Takes the inputs of a call that has ended out of the queue.</summary>
    public void Withdraw(BatchCall call)
    {
        lock (_gate)
        {
            call.Inputs.ForEach(_waiting.Remove);
            call.Inputs.Clear();
            call.Room?.TrySetResult();
        }
    }

    /// <summary>Fails what waits, and ends when the last run has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _stopping = true;
            var batch = new List<WaitingInput>();
            for (_waiting.Take(batch); batch.Count > 0; _waiting.Take(batch))
            {
                batch.ForEach(input => Fail(input, Disposed()));
            }

            Monitor.PulseAll(_gate);
        }

        await Task.WhenAll(_threads);
    }

    private Task StartAsync(IBatchRunner runner)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            using (runner)
            {
                RunUntilStopped(runner);
            }

            ended.SetResult();
        })
        { IsBackground = true, Name = $"Model {_model}" };
        thread.Start();
        return ended.Task;
    }

    private void RunUntilStopped(IBatchRunner runner)
    {
        var batch = new List<WaitingInput>();
        var results = Array.Empty<float>();
        while (TakeNext(batch))
        {
            var inputs = CollectionsMarshal.AsSpan(batch);
            if (results.Length < inputs.Length * _width)
            {
                results = new float[inputs.Length * _width];
            }

            Run(runner, inputs, results);
        }
    }

    private bool TakeNext(List<WaitingInput> batch)
    {
        lock (_gate)
        {
            while (_waiting.Count == 0 && !_stopping)
            {
                Monitor.Wait(_gate);
            }

            _waiting.Take(batch);
            foreach (var input in batch)
            {
                GiveRoom(input.Call);
            }

            return batch.Count > 0;
        }
    }

    private void GiveRoom(BatchCall call)
    {
        if (call.Room is { } room && call.WaitingTokens <= _limits.MaxCallTokens / 2 && call.WaitingInputs <= _limits.MaxCallInputs / 2)
        {
            call.Room = null;
            room.TrySetResult();
        }
    }

    private void Run(IBatchRunner runner, ReadOnlySpan<WaitingInput> batch, float[] results)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            runner.Run(batch, results.AsSpan(0, batch.Length * _width));
        }
        catch (ModelFailedException) when (batch.Length > 1)
        {
            // One input that the model cannot take does not fail the others.
            for (var i = 0; i < batch.Length; i++)
            {
                Run(runner, batch.Slice(i, 1), results);
            }

            return;
        }
        catch (Exception error) when (error is not ThreadInterruptedException)
        {
            // This thread serves all callers: whatever fails is told to those whose input failed.
            foreach (var input in batch)
            {
                Fail(input, error is ModelFailedException ? error : new ModelFailedException(_model, "it cannot run these inputs", error));
            }

            return;
        }

        Count(batch, Stopwatch.GetElapsedTime(start));
        for (var i = 0; i < batch.Length; i++)
        {
            batch[i].Call.Deliver(batch[i].Index, results.AsSpan(i * _width, _width));
        }
    }

    private void Count(ReadOnlySpan<WaitingInput> batch, TimeSpan elapsed)
    {
        var tokens = 0;
        foreach (var input in batch)
        {
            tokens += input.Length;
        }

        lock (_gate)
        {
            _runs++;
            _ranTokens += tokens;
            _runTicks += elapsed.Ticks;
        }
    }

    private void Fail(WaitingInput input, Exception error)
    {
        input.Call.Fail(error);
        Withdraw(input.Call);
    }

    private ObjectDisposedException Disposed() => new(_model, "The model has been disposed.");

    private TimeSpan RetryAfter()
    {
        var estimate = _ranTokens == 0 ? LeastRetryAfter : new TimeSpan((long)(_runTicks / (double)_ranTokens * _waiting.Tokens / _threads.Length));
        return estimate < LeastRetryAfter ? LeastRetryAfter : estimate > MostRetryAfter ? MostRetryAfter : estimate;
    }
}
