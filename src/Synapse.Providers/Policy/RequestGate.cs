using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>Lets only so many requests at once to one provider; the others wait in a row, but not for ever.</summary>
internal sealed class RequestGate(ProviderSettings settings, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(settings.MaxConcurrency);

    /// <summary>Waits for a turn.</summary>
    /// <returns>Ends the turn when it is disposed.</returns>
    /// <exception cref="WireException">The turn did not come in time.</exception>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (!await _free.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            using var limit = new CancellationTokenSource(settings.QueueTimeout, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                await _free.WaitAsync(linked.Token);
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                var what = $"{settings.MaxConcurrency} requests were under way for longer than {settings.QueueTimeout.TotalSeconds:0} s; MaxConcurrency says how many may be";
                throw new WireException(new(ProviderFailure.Throttled, "queue full", what) { IsOfRequest = true, NeverRetry = true }, exception);
            }
        }

        return new Turn(_free);
    }

    public void Dispose() => _free.Dispose();

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
