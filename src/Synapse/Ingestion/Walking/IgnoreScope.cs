using Synapse.Storage;

namespace Synapse.Ingestion.Walking;

/// <summary>The ignore rules that hold in one folder: those of git, and over them those of <c>.synapseignore</c>.</summary>
/// <param name="Git">Rules of .gitignore files and of .git/info/exclude.</param>
/// <param name="Own">Rules of .synapseignore files; where one decides, git's are not asked.</param>
/// <param name="Base">Path of the folder from the outermost folder with rules, as a <see cref="ByteString"/> with its slash; empty for that folder.</param>
internal sealed record IgnoreScope(IgnoreFile? Git, IgnoreFile? Own, string Base)
{
    /// <summary>Name of the ignore file of git.</summary>
    public const string GitFileName = ".gitignore";

    /// <summary>Name of the ignore file for Synapse alone.</summary>
    public const string OwnFileName = ".synapseignore";

    /// <summary>Makes the scope of the root of a walk. Inside a git repository the rules of the folders above count too, as they do for git.</summary>
    /// <param name="root">Absolute path with links resolved.</param>
    public static IgnoreScope OfRoot(string root)
    {
        var folders = new Stack<string>();
        for (var folder = root; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            folders.Push(folder);
            if (Path.Exists(Path.Combine(folder, ".git")))
            {
                break;
            }
        }

        var top = folders.Peek();
        if (!Path.Exists(Path.Combine(top, ".git")))
        {
            folders = new([root]);
            top = root;
        }

        var exclude = LoadExclude(top);
        var scope = new IgnoreScope(exclude, null, "");
        while (folders.TryPop(out var folder))
        {
            var name = folder == top ? "" : Path.GetFileName(folder);
            scope = scope.Enter(name, folder, hasGitFile: true, hasOwnFile: true);
        }

        return scope;
    }

    /// <summary>Makes the scope of a folder inside of this one.</summary>
    /// <param name="name">Its name; empty for the outermost folder itself.</param>
    /// <param name="fullPath">Its absolute path.</param>
    /// <param name="hasGitFile">Whether it may hold a .gitignore.</param>
    /// <param name="hasOwnFile">Whether it may hold a .synapseignore.</param>
    public IgnoreScope Enter(string name, string fullPath, bool hasGitFile, bool hasOwnFile)
    {
        var inner = name.Length == 0 ? Base : Base + ByteString.Of(name) + "/";
        return new IgnoreScope(
            hasGitFile ? IgnoreFile.Load(Git, Path.Combine(fullPath, GitFileName), inner + GitFileName, inner.Length) : Git,
            hasOwnFile ? IgnoreFile.Load(Own, Path.Combine(fullPath, OwnFileName), inner + OwnFileName, inner.Length) : Own,
            inner);
    }

    /// <summary>Whether a file or folder directly in this folder is left out, and by which line.</summary>
    public SkippedFile? Decide(string name, string relativePath, bool isFolder)
    {
        if (Git is null && Own is null)
        {
            return null;
        }

        var path = Base + ByteString.Of(name);
        var decision = Own?.Decide(path, isFolder) ?? Git?.Decide(path, isFolder);
        return decision is not { Pattern.IsNegated: false } match
            ? null
            : new SkippedFile(
                isFolder ? relativePath + "/" : relativePath,
                SkipReason.Ignored,
                $"'{match.Pattern.Line}' in line {match.Pattern.LineNumber} of {ByteString.ToText(match.File.Name)}.");
    }

    // .git is a file in a work tree or submodule and then names the real folder, which may share info/exclude with others.
    private static IgnoreFile? LoadExclude(string top)
    {
        var git = Path.Combine(top, ".git");
        if (File.Exists(git))
        {
            var content = File.ReadLines(git).FirstOrDefault("");
            if (!content.StartsWith("gitdir:", StringComparison.Ordinal))
            {
                return null;
            }

            git = Path.GetFullPath(content["gitdir:".Length..].Trim(), top);
            var common = Path.Combine(git, "commondir");
            git = File.Exists(common) ? Path.GetFullPath(File.ReadLines(common).FirstOrDefault("").Trim(), git) : git;
        }

        return IgnoreFile.Load(null, Path.Combine(git, "info", "exclude"), ".git/info/exclude", 0);
    }
}
