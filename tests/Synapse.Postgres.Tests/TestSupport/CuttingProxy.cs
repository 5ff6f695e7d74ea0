using System.Net;
using System.Net.Sockets;

namespace Synapse.Postgres.Tests.TestSupport;

/// <summary>Stands between a store and its server on a loopback port, and can swallow the answer to the next COMMIT: the server has done it, and nobody hears of it.</summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly int _target;
    private readonly Task _accepting;
    private int _cuts;

    public CuttingProxy(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Answers to COMMIT that were swallowed.</summary>
    public int Swallowed { get; private set; }

    /// <summary>Swallows the answers to the next commits, each with the end of its connection.</summary>
    public void SwallowCommits(int count) => Interlocked.Exchange(ref _cuts, count);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
            var cut = new TaskCompletionSource();
            await Task.WhenAny(SendAsync(near.GetStream(), far.GetStream(), cut), AnswerAsync(far.GetStream(), near.GetStream(), cut));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // One of the two is gone, and so is the other.
        }
    }

    private async Task SendAsync(NetworkStream from, NetworkStream to, TaskCompletionSource cut)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = await from.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            if (Volatile.Read(ref _cuts) > 0 && buffer.AsSpan(0, read).IndexOf("COMMIT\0"u8) >= 0)
            {
                Interlocked.Decrement(ref _cuts);
                cut.TrySetResult();
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }

    private async Task AnswerAsync(NetworkStream from, NetworkStream to, TaskCompletionSource cut)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = await from.ReadAsync(buffer, _stop.Token)) > 0;)
        {
            if (cut.Task.IsCompleted)
            {
                Swallowed++;
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
