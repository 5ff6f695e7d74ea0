using System.Net.Sockets;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes;

/// <summary>Serves connections: reads requests, finds replies, writes them, and notices who ends it.</summary>
internal sealed class ConnectionServer(FakeState state) : IDisposable
{
    private readonly Certificates? _certificates = state.Options.Https ? new(state.Options) : null;

    public Certificates? Certificates => _certificates;

    public async Task ServeAsync(Socket socket, CancellationToken cancellationToken)
    {
        var connection = state.Log.Opened();
        try
        {
            await using var network = new NetworkStream(socket, ownsSocket: false);
            if (_certificates is null)
            {
                await ServeAsync(socket, network, connection, cancellationToken);
                return;
            }

            await using var secured = await _certificates.SecureAsync(network, state.Scenarios.ConnectionFault, cancellationToken);
            if (secured is not null)
            {
                await ServeAsync(socket, secured, connection, cancellationToken);
            }
        }
        finally
        {
            state.Log.Closed();
        }
    }

    public void Dispose() => _certificates?.Dispose();

    private async Task ServeAsync(Socket socket, Stream stream, long connection, CancellationToken cancellationToken)
    {
        var reader = new RequestReader(stream);
        try
        {
            await ServeAsync(socket, stream, reader, connection, cancellationToken);
        }
        finally
        {
            // A socket that is disposed while it reads ends with a reset, which only some scenarios want.
            if (socket.Connected)
            {
                socket.Shutdown(SocketShutdown.Both);
                await reader.SettleAsync();
            }
        }
    }

    private async Task ServeAsync(Socket socket, Stream stream, RequestReader reader, long connection, CancellationToken cancellationToken)
    {
        var writer = new ReplyWriter(stream, state.Options.Time);
        while (await reader.ReadAsync(() => stream.WriteAsync("HTTP/1.1 100 Continue\r\n\r\n"u8.ToArray(), cancellationToken).AsTask(), cancellationToken) is { } raw)
        {
            var request = state.Log.Add(connection, raw);
            var reply = Replies.To(request, state);
            request.Status = reply.Status;
            state.Log.Understood();
            var end = await SendAsync(reply, reader, writer, cancellationToken);
            state.Log.Ended(request, end == ReplyEnd.ByClient);
            if (reply.Ending == Ending.Reset && end == ReplyEnd.Whole)
            {
                // A pending wait of zero seconds turns the end into a reset.
                socket.LingerState = new(true, 0);
                socket.Close();
                return;
            }

            if (end != ReplyEnd.Whole || reply.Ending != Ending.KeepAlive || reply.Framing == Framing.Close
                || string.Equals(request.Header("Connection"), "close", StringComparison.OrdinalIgnoreCase))
            {
                return;
            }
        }
    }

    private async Task<ReplyEnd> SendAsync(HttpReply reply, RequestReader reader, ReplyWriter writer, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        over.CancelAfter(state.Options.LongestReply);
        var watching = reader.WatchForEndAsync(over.Token);
        var writing = WriteAsync(reply, writer, over.Token);
        await Task.WhenAny(watching, writing);
        var stopped = over.IsCancellationRequested;
        await over.CancelAsync();
        await Swallowed(watching);

        // Who leaves on reading the last byte has not left early, even when that was noticed first.
        return await Swallowed(writing) ? ReplyEnd.Whole : stopped ? ReplyEnd.Stopped : ReplyEnd.ByClient;
    }

    private async Task WriteAsync(HttpReply reply, ReplyWriter writer, CancellationToken cancellationToken)
    {
        if (reply.Before > TimeSpan.Zero)
        {
            await Task.Delay(reply.Before, state.Options.Time, cancellationToken);
        }

        await writer.WriteAsync(reply.Render(), cancellationToken);
        if (reply.Ending == Ending.Hold)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, state.Options.Time, cancellationToken);
        }
    }

    /// <summary>Waits for the end of a task, however it ends; true when it ended well.</summary>
    private static async Task<bool> Swallowed(Task task)
    {
        try
        {
            await task;
            return true;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
