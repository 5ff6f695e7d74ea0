using Synapse.Errors;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>Loads models.</summary>
internal interface IModelLoader
{
    /// <summary>Loads a model; takes seconds.</summary>
    /// <exception cref="SynapseException">It cannot be used, or not on this machine.</exception>
    ServedModel Load(ModelSource source);
}
