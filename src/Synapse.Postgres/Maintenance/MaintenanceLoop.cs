using System.Threading.Channels;

namespace Synapse.Postgres.Maintenance;

/// <summary>Does one kind of work again and again beside the store: when something was committed here, and now and then for what other servers left.</summary>
/// <param name="work">The work; a fault of it is told, and it is tried again.</param>
/// <param name="failed">Hears of faults.</param>
/// <param name="time">Tells when it is time again.</param>
internal sealed class MaintenanceLoop(Func<CancellationToken, Task> work, Action<Exception> failed, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(30);

    private readonly Channel<bool> _signals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins.</summary>
    public void Start() => _running = Task.Run(RunAsync, CancellationToken.None);

    /// <summary>Says that there may be something to do.</summary>
    public void Signal() => _signals.Writer.TryWrite(true);

    /// <summary>Stops the work; what was begun is taken up or taken away by whoever works next.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await WaitAsync();
                await work(_stop.Token);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error) when (error is Errors.SynapseException or Npgsql.NpgsqlException or OperationCanceledException or InvalidOperationException)
            {
                // Nothing is lost: searches go on with what there is.
                failed(error);
            }
        }
    }

    private async Task WaitAsync()
    {
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var signal = _signals.Reader.WaitToReadAsync(waiting.Token).AsTask();
        await Task.WhenAny(signal, Task.Delay(s_interval, time, waiting.Token));
        await waiting.CancelAsync();
        _stop.Token.ThrowIfCancellationRequested();
        _signals.Reader.TryRead(out _);
    }
}
