namespace Synapse.Providers.Chat;

/// <summary>A reply whose headers are there and whose body is to be read.</summary>
/// <param name="body">The body.</param>
/// <param name="owner">What gives the connection back when it is disposed.</param>
internal sealed class OpenReply(Stream body, IDisposable owner) : IAsyncDisposable
{
    private const int MostReads = 64;

    public Stream Body { get; } = body;

    /// <summary>Whether the reply was read to its end, so that the connection can carry the next one.</summary>
    public bool IsRead { get; set; }

    /// <summary>Gives the connection back, or closes it when the rest of the reply is not wanted.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!IsRead)
        {
            await CloseAsync();
        }

        owner.Dispose();
    }

    // The HTTP stack would go on reading for two seconds in the hope of using the connection again, while the server goes on writing. A read that is cancelled on its way
    // makes it close the connection at once.
    private async ValueTask CloseAsync()
    {
        var scrap = new byte[4 << 10];
        using var stop = new CancellationTokenSource();
        try
        {
            for (var reads = 0; reads < MostReads; reads++)
            {
                var read = Body.ReadAsync(scrap, stop.Token);
                if (!read.IsCompleted)
                {
                    await stop.CancelAsync();
                }

                if (await read == 0)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException)
        {
            // It is closed, which is what was wanted.
        }
    }
}
