namespace Synapse.Fakes;

/// <summary>What a request asks for.</summary>
public enum RequestKind
{
    /// <summary>Nothing that this dialect knows.</summary>
    Unknown,

    /// <summary>An answer of a language model.</summary>
    Chat,

    /// <summary>Embeddings of texts.</summary>
    Embeddings,

    /// <summary>Scores of texts for a query.</summary>
    Rerank,

    /// <summary>The list of models.</summary>
    Models,

    /// <summary>Whether the server is alive.</summary>
    Health,

    /// <summary>What the server and its model can do: properties, window, tokens.</summary>
    Discovery,

    /// <summary>An Entra token, or what leads to one.</summary>
    Token,
}
