namespace Synapse.EmbeddingServer.Serving;

/// <summary>What a model does.</summary>
internal enum ModelKind
{
    /// <summary>It turns a text into an embedding.</summary>
    Embedding,

    /// <summary>It scores how well a document fits a query.</summary>
    Rerank,
}
