using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Metering;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>
/// Lets only so many requests at once to one provider; the others wait in a row, but not for ever. Bulk work has half of the turns at most, and waits outside of that row for as long as it takes, so that
/// a question is never behind more of it than is under way.
/// </summary>
internal sealed class RequestGate(ProviderSettings settings, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _free = new(settings.MaxConcurrency);
    private readonly SemaphoreSlim _freeForBulk = new(Math.Max(1, settings.MaxConcurrency / 2));

    /// <summary>Waits for a turn of bulk work.</summary>
    /// <returns>Ends the turn when it is disposed.</returns>
    /// <exception cref="WireException">The turn did not come in time.</exception>
    public async ValueTask<IDisposable> EnterInBulkAsync(CancellationToken cancellationToken)
    {
        await _freeForBulk.WaitAsync(cancellationToken);
        try
        {
            return new BulkTurn(await EnterAsync(cancellationToken), _freeForBulk);
        }
        catch
        {
            _freeForBulk.Release();
            throw;
        }
    }

    /// <summary>Waits for a turn.</summary>
    /// <returns>Ends the turn when it is disposed.</returns>
    /// <exception cref="WireException">The turn did not come in time.</exception>
    public async ValueTask<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        if (!await _free.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            var began = time.GetTimestamp();
            using var limit = new CancellationTokenSource(settings.QueueTimeout, time);
            using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                await _free.WaitAsync(linked.Token);
                ProviderTelemetry.WaitedForTurn(settings.Name, time.GetElapsedTime(began));
            }
            catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
            {
                var what = $"{settings.MaxConcurrency} requests were under way for longer than {settings.QueueTimeout.TotalSeconds:0} s; MaxConcurrency says how many may be";
                throw new WireException(new(ProviderFailure.Throttled, "queue full", what) { IsOfRequest = true, NeverRetry = true }, exception);
            }
        }

        return new Turn(_free);
    }

    public void Dispose()
    {
        _free.Dispose();
        _freeForBulk.Dispose();
    }

    private sealed class BulkTurn(IDisposable turn, SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose()
        {
            turn.Dispose();
            Interlocked.Exchange(ref _free, null)?.Release();
        }
    }

    private sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        private SemaphoreSlim? _free = free;

        public void Dispose() => Interlocked.Exchange(ref _free, null)?.Release();
    }
}
