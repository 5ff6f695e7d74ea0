using Synapse.Fakes.Wire;

namespace Synapse.Fakes;

/// <summary>Remembers requests and counts connections.</summary>
internal sealed class RequestLog(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly List<RecordedRequest> _requests = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _number;
    private int _open;
    private long _accepted;

    public IReadOnlyList<RecordedRequest> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public int OpenConnections => Volatile.Read(ref _open);

    public long AcceptedConnections => Interlocked.Read(ref _accepted);

    public long Opened()
    {
        Interlocked.Increment(ref _open);
        var number = Interlocked.Increment(ref _accepted);
        Changed();
        return number;
    }

    public void Closed()
    {
        Interlocked.Decrement(ref _open);
        Changed();
    }

    public RecordedRequest Add(long connection, RawRequest raw)
    {
        RecordedRequest request;
        lock (_gate)
        {
            request = new(++_number, connection, raw, time.GetUtcNow());
            _requests.Add(request);
        }

        Changed();
        return request;
    }

    /// <summary>What a request is for is known now: whoever waits for one of a kind looks again.</summary>
    public void Understood() => Changed();

    public void Ended(RecordedRequest request, bool byClient)
    {
        var now = time.GetUtcNow();
        request.ClosedByClientAt = byClient ? now : null;
        request.EndedAt = now;
        Changed();
    }

    public void Clear()
    {
        lock (_gate)
        {
            _requests.Clear();
        }
    }

    public async Task WaitUntilAsync(Func<bool> condition, TimeSpan longest, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(longest);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
            }

            if (condition())
            {
                return;
            }

            try
            {
                await changed.WaitAsync(linked.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"The condition did not hold within {longest}.");
            }
        }
    }

    private void Changed()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.SetResult();
    }
}
