using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;
using Synapse.Privacy;

namespace Synapse.LocalModels.Downloading;

/// <summary>Fetches models from the hub.</summary>
/// <param name="store">Where they go.</param>
/// <param name="options">Which hub, and how much of it.</param>
/// <param name="egress">The way out.</param>
/// <param name="time">Tells the time.</param>
public sealed class ModelDownloads(ModelStore store, ModelStoreOptions options, IEgress egress, TimeProvider time)
{
    internal Func<TimeSpan, CancellationToken, Task> Wait { get; init; } = (delay, cancellationToken) => Task.Delay(delay, time, cancellationToken);

    internal Func<string, long> FreeBytes { get; init; } = static folder => new DriveInfo(folder).AvailableFreeSpace;

    /// <summary>Fetches a model, and tells how far it is. What has come stays when it is stopped, and the next pull goes on from there.</summary>
    /// <param name="request">What to fetch.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Last of all <see cref="PullCompleted"/>.</returns>
    /// <exception cref="SynapseException">The model is unknown, not on the hub, gated, too large, changed or damaged on the way, or hub, network or disk do not serve.</exception>
    public async IAsyncEnumerable<PullEvent> PullAsync(PullRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var model = Resolve(request.Model);
        var events = Channel.CreateUnbounded<PullEvent>(new UnboundedChannelOptions { SingleReader = true });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pull = Task.Run(() => RunAsync(model, request, events.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var happened in events.Reader.ReadAllAsync(cancellationToken))
            {
                yield return happened;
            }

            await pull;
        }
        finally
        {
            // Whoever reads may stop in the middle; nothing goes on behind their back.
            await stop.CancelAsync();
            await pull.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private ModelReference Resolve(string name)
    {
        var model = ModelReference.Read(name);
        return model.HubId is not null ? model
            : ModelLock.TryRead(store.Paths.Installed(model.Name))?.HubId is { } id ? model with { HubId = id }
            : throw new UnknownModelException(name);
    }

    private async Task RunAsync(ModelReference model, PullRequest request, ChannelWriter<PullEvent> events, CancellationToken cancellationToken)
    {
        try
        {
            using var hub = new HubClient(options, egress, time);
            var pull = new ModelPull(store, options, hub, model, request, time, happened => events.TryWrite(happened)) { Wait = Wait, FreeBytes = FreeBytes };
            await pull.RunAsync(cancellationToken);
        }
        finally
        {
            events.Complete();
        }
    }
}
