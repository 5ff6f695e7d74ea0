namespace Synapse.EmbeddingServer.Serving;

/// <summary>Looks for models below one folder, by their whole name or its last part.</summary>
/// <param name="root">The folder of models.</param>
internal sealed class ModelFolders(string root) : IModelFolders
{
    /// <inheritdoc/>
    public ModelFolderSearch Find(string name)
    {
        var parts = name.Split('/', '\\');
        if (parts.Any(static part => part is "" or "." or ".."))
        {
            return new(null, "it is neither a folder that is there nor the name of a model. Name the model's folder.");
        }

        var folder = Array.Find([Path.Combine([root, .. parts]), Path.Combine(root, parts[^1])], Directory.Exists);
        return folder is not null ? new(folder, "") : new(null,
            $"there is no such folder, and none of that name below '{root}' (MODELS_FOLDER). Put the model's files there as sentence-transformers publishes them, with onnx/model.onnx and tokenizer.json, or name the path of its folder.");
    }
}
