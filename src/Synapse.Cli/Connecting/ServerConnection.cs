using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Synapse.Contracts;
using Synapse.Errors;
using Synapse.Server.Hosting;
using Synapse.Server.Security;

namespace Synapse.Cli.Connecting;

/// <summary>The way to the server that owns a data folder: one that runs, else one in this process for as long as the command runs.</summary>
internal sealed class ServerConnection : IAsyncDisposable, IDisposable
{
    private static readonly TimeSpan PatienceWithOthers = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly WebApplication? _hosted;

    private ServerConnection(SynapseClient client, ServerFile? server, WebApplication? hosted)
    {
        Client = client;
        Server = server;
        _hosted = hosted;
    }

    /// <summary>Speaks to the server.</summary>
    public SynapseClient Client { get; }

    /// <summary>The server that runs on its own; null when it is hosted here.</summary>
    public ServerFile? Server { get; }

    /// <summary>Finds the server of a data folder, or hosts one.</summary>
    /// <exception cref="DataFolderInUseException">Another command holds the data folder and did not end in time.</exception>
    public static async Task<ServerConnection> OpenAsync(DataFolder dataFolder, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        var started = time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            if (await FindAsync(dataFolder, cancellationToken) is { } found)
            {
                return found;
            }

            try
            {
                return await HostAsync(dataFolder, cancellationToken);
            }
            catch (DataFolderInUseException) when (time.GetElapsedTime(started) < PatienceWithOthers)
            {
                // Another command is at work, or a server is just starting; commands are short, so this one waits its turn.
                await Task.Delay(pause, time, cancellationToken);
            }
        }
    }

    /// <summary>Finds the server that runs on a data folder, or null. What a killed server left behind is passed over.</summary>
    public static async Task<ServerConnection?> FindAsync(DataFolder dataFolder, CancellationToken cancellationToken)
    {
        if (ServerFile.Read(dataFolder) is not { } server || ApiToken.Read(dataFolder) is not { } token)
        {
            return null;
        }

        var client = new SynapseClient($"unix:{server.Socket}", token.Value);
        try
        {
            await client.GetLiveAsync(cancellationToken);
            return new ServerConnection(client, server, null);
        }
        catch (SynapseApiException gone) when (gone.Code == ErrorCodes.ServerUnreachable)
        {
            client.Dispose();
            return null;
        }
    }

    /// <inheritdoc />
    public void Dispose() => Client.Dispose();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_hosted is not null)
        {
            await _hosted.StopAsync(CancellationToken.None);
            await _hosted.DisposeAsync();
        }
    }

    private static async Task<ServerConnection> HostAsync(DataFolder dataFolder, CancellationToken cancellationToken)
    {
        var options = new ServerOptions { DataFolder = dataFolder, Port = null, LogLevel = LogLevel.Error };
        var hosted = SynapseServer.Build(options);
        try
        {
            await SynapseServer.StartAsync(hosted, cancellationToken);
            return new ServerConnection(SynapseServer.CreateClient(hosted), null, hosted);
        }
        catch
        {
            await hosted.DisposeAsync();
            throw;
        }
    }
}
