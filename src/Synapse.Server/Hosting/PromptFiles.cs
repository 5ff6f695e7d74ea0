using Synapse.Answering.Generation;
using Synapse.Errors;
using Synapse.Storage.Archiving;

namespace Synapse.Server.Hosting;

/// <summary>The prompts that an operator wrote: the one part of the data folder that a backup takes along. Settings there may hold keys, and stay.</summary>
internal static class PromptFiles
{
    /// <summary>Reads those of a data folder.</summary>
    public static IReadOnlyList<ArchivedFile> Read(DataFolder dataFolder)
        => [.. PromptTemplates.FileNames.Where(name => File.Exists(PathOf(dataFolder, name))).Select(name => new ArchivedFile($"{PromptTemplates.FolderName}/{name}", File.ReadAllBytes(PathOf(dataFolder, name))))];

    /// <summary>Writes those of an archive. One that is there already and says something else is left as it is.</summary>
    /// <returns>Names of those that were left.</returns>
    /// <exception cref="ArchiveDamagedException">The archive holds another file.</exception>
    public static IReadOnlyList<string> Write(DataFolder dataFolder, StoreArchive archive)
    {
        var left = new List<string>();
        foreach (var file in archive.Files)
        {
            // The name is one of ours or none: nothing of an archive becomes a path.
            var name = PromptTemplates.FileNames.FirstOrDefault(name => file == $"{PromptTemplates.FolderName}/{name}") ?? throw new ArchiveDamagedException(archive.Name, "it holds a file that is no prompt");
            var content = archive.ReadFile(file);
            var path = PathOf(dataFolder, name);
            if (!File.Exists(path))
            {
                DataFolder.CreatePrivateFolder(Path.GetDirectoryName(path)!);
                DataFolder.WritePrivateFile(path, content);
            }
            else if (!File.ReadAllBytes(path).AsSpan().SequenceEqual(content))
            {
                left.Add(file);
            }
        }

        return left;
    }

    private static string PathOf(DataFolder dataFolder, string name) => Path.Combine(dataFolder.Path, PromptTemplates.FolderName, name);
}
