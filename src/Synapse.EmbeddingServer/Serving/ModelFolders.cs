using Synapse.Errors;
using Synapse.Library;
using Synapse.LocalModels.Keeping;

namespace Synapse.EmbeddingServer.Serving;

/// <summary>Finds models as they are named: by the path of a folder, by the name under which <c>synapse models</c> keeps them, or by a plain folder beside those.</summary>
/// <param name="store">The folder of models.</param>
internal sealed class ModelFolders(ModelStore store)
{
    private const string PathCure = "Or name the path of its folder, which holds onnx/model.onnx, config.json and tokenizer.json as sentence-transformers publishes them.";

    /// <summary>Finds a model. Whether it is whole is looked at when it is loaded.</summary>
    /// <param name="name">A path that is absolute or begins with a dot; else a name, and a relative path where there is no model of that name.</param>
    /// <param name="fault">Where there is none: why, and how to get it.</param>
    /// <returns>Null when there is none.</returns>
    public ModelSource? Find(string name, out string fault)
    {
        if (Path.IsPathRooted(name) || name.StartsWith('.'))
        {
            fault = "there is no such folder. Name a folder that is there, or a model by its name alone.";
            return Directory.Exists(name) ? AtPath(name) : null;
        }

        try
        {
            fault = "";
            var model = store.Get(name);
            return new ModelSource(name, model.Path) { Installed = model };
        }
        catch (Exception missing) when (missing is ModelNotInstalledException or UnknownModelException)
        {
            fault = $"{missing.Message} {FolderCure(store.Folder)}{PathCure}";
            return Plain(name) is { } folder ? new ModelSource(name, folder) : Directory.Exists(name) ? AtPath(name) : null;
        }
    }

    /// <summary>Where models lie when no folder of models is named: where <c>synapse models</c> puts them.</summary>
    /// <param name="dataFolder">The data folder of Synapse; null for the user's own.</param>
    public static string DefaultRoot(string? dataFolder) => Path.GetFullPath(ModelStoreOptions.FolderIn(dataFolder ?? UserDataFolder.Find()));

    /// <summary>What a command of Synapse has to be told besides, so that it works in this folder of models; empty where it does so by itself.</summary>
    public static string FolderCure(string root) => root == DefaultRoot(null) ? "" : $"Run 'synapse' with SYNAPSE__MODELS__FOLDER='{root}', so that it works there. ";

    // The name says where below the folder it lies, with or without its owner.
    private string? Plain(string name)
    {
        var parts = name.Split('/', '\\');
        return parts.Any(static part => part is "" or "." or "..") ? null
            : Array.Find([Path.Combine([store.Folder, .. parts]), Path.Combine(store.Folder, parts[^1])], Directory.Exists);
    }

    private static ModelSource AtPath(string path)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        return new ModelSource(Path.GetFileName(folder), folder);
    }
}
