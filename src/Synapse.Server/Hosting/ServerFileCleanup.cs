namespace Synapse.Server.Hosting;

/// <summary>Takes the server's address out of the data folder as soon as it begins to stop.</summary>
internal sealed class ServerFileCleanup(ServerOptions options) : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        ServerFile.Remove(options.DataFolder);
        return Task.CompletedTask;
    }
}
