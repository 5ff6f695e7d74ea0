namespace Synapse.EmbeddingServer.Serving;

/// <summary>Knows where the models are that are called by a name rather than by a path.</summary>
internal interface IModelFolders
{
    /// <summary>Finds the folder of a model.</summary>
    /// <param name="name">The name, such as <c>all-MiniLM-L6-v2</c> or <c>sentence-transformers/all-MiniLM-L6-v2</c>.</param>
    /// <returns>The folder, or what to do because there is none.</returns>
    ModelFolderSearch Find(string name);
}

/// <summary>What a search for a model's folder gave.</summary>
/// <param name="Path">The folder; null when there is none.</param>
/// <param name="Cure">What to do, as sentences; empty when there is a folder.</param>
internal readonly record struct ModelFolderSearch(string? Path, string Cure);
