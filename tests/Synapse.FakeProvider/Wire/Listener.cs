using System.Net;
using System.Net.Sockets;

namespace Synapse.Fakes.Wire;

/// <summary>A port of the loopback interface that can refuse connections and take them again.</summary>
internal sealed class Listener : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<Task> _connections = [];
    private readonly IPEndPoint _endpoint;
    private Socket _socket;
    private Task _accepting;

    /// <summary>Starts to listen.</summary>
    /// <param name="endpoint">An address of the loopback interface; port 0 picks a free one.</param>
    /// <param name="serve">Serves one connection; the socket is disposed afterwards.</param>
    public Listener(IPEndPoint endpoint, Func<Socket, CancellationToken, Task> serve)
    {
        _serve = serve;
        _socket = Bound(endpoint);
        _endpoint = (IPEndPoint)_socket.LocalEndPoint!;
        _socket.Listen(512);
        _accepting = AcceptAsync(_socket);
    }

    public int Port => _endpoint.Port;

    public bool IsRefusing { get; private set; }

    /// <summary>While refusing, the port stays bound but does not listen, so that the system answers with a reset and nobody else can take it.</summary>
    public void Refuse(bool refuse)
    {
        lock (_gate)
        {
            if (refuse == IsRefusing || _stop.IsCancellationRequested)
            {
                return;
            }

            IsRefusing = refuse;
            if (refuse)
            {
                _socket.Dispose();
                _socket = Bound(_endpoint);
                return;
            }

            _socket.Listen(512);
            _accepting = AcceptAsync(_socket);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Task[] open;
        lock (_gate)
        {
            _socket.Dispose();
            open = [.. _connections, _accepting];
        }

        await Task.WhenAll(open);
        _stop.Dispose();
    }

    private static Socket Bound(IPEndPoint endpoint)
    {
        var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(endpoint);
        return socket;
    }

    private async Task AcceptAsync(Socket listening)
    {
        while (true)
        {
            Socket accepted;
            try
            {
                accepted = await listening.AcceptAsync(_stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            accepted.NoDelay = true;
            var served = ServeAsync(accepted);
            lock (_gate)
            {
                _connections.Add(served);
            }

            _ = served.ContinueWith(
                done =>
                {
                    lock (_gate)
                    {
                        _connections.Remove(done);
                    }
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private async Task ServeAsync(Socket accepted)
    {
        await Task.Yield();
        using (accepted)
        {
            try
            {
                await _serve(accepted, _stop.Token);
            }
            catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
            {
                // The client or the test has ended the connection; that is an outcome here, not a failure.
            }
        }
    }
}
