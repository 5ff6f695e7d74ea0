using Synapse.EmbeddingServer.Serving;

namespace Synapse.EmbeddingServer.Tests.TestSupport;

/// <summary>Loads models as another loader does, once the test says so.</summary>
internal sealed class GatedModelLoader(IModelLoader loader) : IModelLoader, IDisposable
{
    private readonly ManualResetEventSlim _gate = new();

    public bool IsOpen => _gate.IsSet;

    public void Open() => _gate.Set();

    public ServedModel Load(ModelSource source)
    {
        _gate.Wait();
        return loader.Load(source);
    }

    public void Dispose()
    {
        _gate.Set();
        _gate.Dispose();
    }
}
