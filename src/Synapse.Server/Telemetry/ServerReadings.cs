using Synapse.Errors;

namespace Synapse.Server.Telemetry;

/// <summary>Keeps the last look at the server for the instruments, which cannot wait: whoever exports asks for a new one first.</summary>
internal sealed class ServerReadings(ServerHealth health, TimeProvider time) : IDisposable
{
    // Below what scrapers wait: metrics of a server whose store hangs are what is needed then.
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(4);

    private readonly SemaphoreSlim _looking = new(1);
    private volatile ServerReading _last = ServerReading.None;

    /// <summary>The last look.</summary>
    public ServerReading Last => _last;

    /// <summary>Looks again. What takes too long counts as away.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        await _looking.WaitAsync(cancellationToken);
        try
        {
            using var limit = new CancellationTokenSource(s_limit, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                // The wait ends in time even if the store does not hear that it should.
                _last = await health.ExamineAsync(either.Token).WaitAsync(either.Token);
            }
            catch (Exception late) when (late is OperationCanceledException or SynapseException && !cancellationToken.IsCancellationRequested)
            {
                _last = new([new("store", ServerHealth.Unavailable, "it does not answer in time"), .. _last.Parts.Where(static part => part.Name is not ("store" or "disk" or "ingestion"))], null);
            }
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();
}
