using System.Collections.Concurrent;
using Synapse.Errors;
using Synapse.LocalModels.Onnx.Batching;

namespace Synapse.LocalModels.Tests.Onnx.Batching;

/// <summary>A model that gives the first token id of each input, and waits in each run until it is let go, if it is held.</summary>
internal sealed class FakeRunner : IBatchRunner
{
    /// <summary>An input with this first token fails its run.</summary>
    public const int BadToken = -1;

    private readonly SemaphoreSlim _entered = new(0);
    private readonly SemaphoreSlim _leave = new(0);

    /// <summary>Whether runs wait for <see cref="LetGo"/>.</summary>
    public bool IsHeld { get; init; }

    /// <summary>Lengths of the inputs of each run.</summary>
    public ConcurrentQueue<int[]> Runs { get; } = [];

    public bool IsDisposed { get; private set; }

    public int Width => 1;

    /// <summary>Completed when the next run has begun.</summary>
    public Task EnteredAsync(CancellationToken cancellationToken) => _entered.WaitAsync(cancellationToken);

    /// <summary>Lets one run end.</summary>
    public void LetGo(int runs = 1) => _leave.Release(runs);

    public void Run(ReadOnlySpan<WaitingInput> batch, Span<float> results)
    {
        Runs.Enqueue([.. batch.ToArray().Select(static input => input.Length)]);
        _entered.Release();
        if (IsHeld)
        {
            _leave.Wait();
        }

        for (var i = 0; i < batch.Length; i++)
        {
            results[i] = batch[i].Text.Ids[0] is BadToken ? throw new ModelFailedException("fake", "a bad token") : batch[i].Text.Ids[0];
        }
    }

    public void Dispose() => IsDisposed = true;
}
