namespace Synapse.Server.Hosting;

/// <summary>The life of a server that a command hosts for itself: the command says when it ends, and signals are the command's own.</summary>
internal sealed class CommandLifetime : IHostLifetime
{
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
