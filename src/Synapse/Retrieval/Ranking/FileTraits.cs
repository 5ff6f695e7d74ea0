using System.Collections.Frozen;
using Synapse.Retrieval.Intent;

namespace Synapse.Retrieval.Ranking;

/// <summary>What the path of a document says, taken apart once for all rules.</summary>
internal sealed class FileTraits
{
    private static readonly FrozenSet<string> s_placeholders = FrozenSet.ToFrozenSet(["index", "__init__", "mod", "init", "package"]);

    private FileTraits(string path)
    {
        var nameStart = path.LastIndexOf('/') + 1;
        Name = path[nameStart..].ToLowerInvariant();
        Folders = nameStart == 0 ? [] : path[..(nameStart - 1)].ToLowerInvariant().Split('/');
        var dot = path.LastIndexOf('.');
        Stem = dot > nameStart ? path[nameStart..dot] : path[nameStart..];
        // "defaults/index.js" is about defaults.
        StemWords = NameWords.Of(Folders.Length > 0 && s_placeholders.Contains(Stem) ? Folders[^1] : Stem);
        FolderWords = NameWords.Of(path.AsSpan(0, nameStart));
    }

    /// <summary>The traits of a file without a path.</summary>
    public static FileTraits None { get; } = new("");

    /// <summary>File name in lower case.</summary>
    public string Name { get; }

    /// <summary>Folder names in lower case, outermost first.</summary>
    public string[] Folders { get; }

    /// <summary>File name without its last extension, as written.</summary>
    public string Stem { get; }

    /// <summary>Words of <see cref="Stem"/>, or of the folder when the file only stands for it.</summary>
    public IReadOnlyList<string> StemWords { get; }

    /// <summary>Words of the folders, outermost first.</summary>
    public IReadOnlyList<string> FolderWords { get; }

    /// <summary>Takes a path apart.</summary>
    /// <param name="path">Path with forward slashes.</param>
    public static FileTraits Of(string path) => new(path);

    /// <summary>Whether a folder has one of the names.</summary>
    public bool IsUnder(FrozenSet<string> folderNames)
    {
        foreach (var folder in Folders)
        {
            if (folderNames.Contains(folder))
            {
                return true;
            }
        }

        return false;
    }
}
