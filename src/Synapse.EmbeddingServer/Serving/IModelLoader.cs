using Synapse.Errors;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>Loads models.</summary>
internal interface IModelLoader
{
    /// <summary>Loads a model, once its files are what their lock says; takes seconds.</summary>
    /// <exception cref="SynapseException">It cannot be used, or not on this machine.</exception>
    Task<ServedModel> LoadAsync(ModelSource source, CancellationToken cancellationToken);
}
