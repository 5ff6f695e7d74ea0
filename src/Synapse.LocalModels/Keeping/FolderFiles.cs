namespace Synapse.LocalModels.Keeping;

/// <summary>Lists what lies in the folder of a model.</summary>
internal static class FolderFiles
{
    /// <summary>More than any model needs, and too little to get lost in.</summary>
    private const int MaxDepth = 4;

    /// <summary>Every file below a folder, as locks write paths, in their order. Links to folders are not followed; a link is listed as a file.</summary>
    public static IReadOnlyList<string> Of(string folder)
        => Directory.Exists(folder) ? [.. Walk(new DirectoryInfo(folder), "", 0).Order(StringComparer.Ordinal)] : [];

    private static IEnumerable<string> Walk(DirectoryInfo folder, string prefix, int depth)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } inner)
            {
                foreach (var file in depth < MaxDepth ? Walk(inner, $"{prefix}{inner.Name}/", depth + 1) : [])
                {
                    yield return file;
                }
            }
            else
            {
                yield return prefix + entry.Name;
            }
        }
    }
}
