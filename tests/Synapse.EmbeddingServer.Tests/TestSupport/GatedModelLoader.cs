using Synapse.EmbeddingServer.Serving;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>Loads models as another loader does, once the test says so.</summary>
internal sealed class GatedModelLoader(IModelLoader loader) : IModelLoader
{
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsOpen => _gate.Task.IsCompleted;

    public void Open() => _gate.SetResult();

    public async Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken)
    {
        await _gate.Task.WaitAsync(cancellationToken);
        return await loader.LoadAsync(source, cancellationToken);
    }
}
