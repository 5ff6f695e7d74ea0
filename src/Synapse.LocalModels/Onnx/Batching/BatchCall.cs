namespace Synapse.LocalModels.Onnx.Batching;

/// <summary>One call, whose inputs wait and run as they come to their turn.</summary>
internal sealed class BatchCall
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Memory<float> _destination;
    private readonly int _width;
    private int _remaining;
    private bool _ended;

    /// <summary>Begins a call.</summary>
    /// <param name="inputs">Inputs that it will have.</param>
    /// <param name="width">Numbers that each input results in.</param>
    /// <param name="destination">Receives the results; nothing is written once the call has ended.</param>
    public BatchCall(int inputs, int width, Memory<float> destination)
    {
        (_remaining, _width, _destination) = (inputs, width, destination);
        if (inputs == 0)
        {
            _ended = true;
            _completion.SetResult();
        }
    }

    /// <summary>Ends with the last result, the first failure, or cancellation.</summary>
    public Task Completion => _completion.Task;

    /// <summary>Inputs that have been added and may still wait; only the queue uses it, under its lock.</summary>
    public List<WaitingInput> Inputs { get; } = [];

    /// <summary>When the next input of this call has its turn; only <see cref="Batching.WaitingInputs"/> uses it.</summary>
    public double NextTurn { get; set; }

    /// <summary>Tokens that wait; under the lock of the queue.</summary>
    public int WaitingTokens { get; set; }

    /// <summary>Inputs that wait; under the lock of the queue.</summary>
    public int WaitingInputs { get; set; }

    /// <summary>Completed when fewer inputs wait; null when nobody asks. Under the lock of the queue.</summary>
    public TaskCompletionSource? Room { get; set; }

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded
    {
        get
        {
            lock (_gate)
            {
                return _ended;
            }
        }
    }

    /// <summary>Takes the result of one input.</summary>
    public void Deliver(int index, ReadOnlySpan<float> result)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            result.CopyTo(_destination.Span.Slice(index * _width, _width));
            _ended = --_remaining == 0;
            if (!_ended)
            {
                return;
            }
        }

        _completion.TrySetResult();
    }

    /// <summary>Ends the call with an error.</summary>
    public void Fail(Exception error)
    {
        if (End())
        {
            _completion.TrySetException(error);
        }
    }

    /// <summary>Ends the call because its caller does not wait any more.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        if (End())
        {
            _completion.TrySetCanceled(cancellationToken);
        }
    }

    private bool End()
    {
        lock (_gate)
        {
            var first = !_ended;
            _ended = true;
            return first;
        }
    }
}
