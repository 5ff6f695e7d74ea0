using System.Net;
using System.Net.Sockets;

namespace Synapse.Egress.Tests.TestSupport;

/// <summary>A listener that nobody should ever reach. It answers nothing, and counts connections and bytes.</summary>
internal sealed class Canary : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _work;
    private int _connections;
    private int _bytes;

    public Canary()
    {
        _listener.Start();
        _work = ListenAsync(_stop.Token);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"http://127.0.0.1:{Port}";

    public int Connections => _connections;

    public int Bytes => _bytes;

    /// <summary>Ends when the first bytes have come.</summary>
    public Task Heard => _heard.Task;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _listener.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                using var socket = await _listener.AcceptSocketAsync(cancellationToken);
                Interlocked.Increment(ref _connections);
                Interlocked.Add(ref _bytes, await socket.ReceiveAsync(buffer, cancellationToken));
                _heard.TrySetResult();
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }
    }
}
