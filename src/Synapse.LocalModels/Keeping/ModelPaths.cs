namespace Synapse.LocalModels.Keeping;

/// <summary>The places in the folder of models. What is not a model yet, or not any more, lies in folders whose name no model can have.</summary>
internal sealed class ModelPaths(string root)
{
    public string Root { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));

    public string Installed(string name) => Path.Combine(Root, name);

    /// <summary>Where a model is put together; on the same disk, so that it is moved to its place whole.</summary>
    public string Incoming(string name) => Path.Combine(Root, ".incoming", name);

    /// <summary>Where the model before waits until its successor is in place.</summary>
    public string Replaced(string name) => Path.Combine(Root, ".replaced", name);

    public string Guard(string name) => Path.Combine(Root, ".guards", name);
}
