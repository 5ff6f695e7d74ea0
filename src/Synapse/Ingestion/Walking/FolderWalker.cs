using System.IO.Enumeration;
using Synapse.Errors;
using Synapse.Storage;

namespace Synapse.Ingestion.Walking;

/// <summary>Lists the files of a folder that are to be indexed, and why the others are not. Follows no link, and reads nothing but ignore files.</summary>
internal sealed class FolderWalker(IngestionOptions options)
{
    private static readonly EnumerationOptions OneFolder = new()
    {
        AttributesToSkip = FileAttributes.None,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    /// <summary>Walks a folder.</summary>
    /// <param name="root">Absolute path with links resolved.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="PathNotFoundException">The folder is not there.</exception>
    /// <exception cref="PathUnreadableException">The folder itself may not be read.</exception>
    /// <exception cref="PathNotAllowedException">The folder may not be indexed.</exception>
    public WalkResult Walk(string root, CancellationToken cancellationToken)
    {
        CheckRoot(root);
        var walk = new Traversal(this, root, cancellationToken);
        try
        {
            walk.Folder("", root, IgnoreScope.OfRoot(root), isRoot: true, depth: 0);
        }
        catch (Exception denied) when (denied is UnauthorizedAccessException or IOException)
        {
            throw new PathUnreadableException(root, denied.Message, denied);
        }

        return new WalkResult(walk.Files, walk.Skipped);
    }

    /// <summary>Looks at given paths only, as a walk of the whole folder would.</summary>
    /// <param name="root">Absolute path with links resolved.</param>
    /// <param name="relativePaths">Paths of files relative to the root, with forward slashes. Those that are gone are in neither list of the result.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public WalkResult Look(string root, IEnumerable<string> relativePaths, CancellationToken cancellationToken)
    {
        CheckRoot(root);
        var walk = new Traversal(this, root, cancellationToken);
        var top = IgnoreScope.OfRoot(root);
        foreach (var path in relativePaths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            walk.Path(path, top);
        }

        return new WalkResult(walk.Files, walk.Skipped);
    }

    /// <summary>Looks at one file that a person named: no ignore file is asked, but secrets and unfit files are left out all the same.</summary>
    /// <param name="fullPath">Absolute path with links resolved.</param>
    /// <exception cref="PathNotFoundException">The file is not there.</exception>
    /// <exception cref="PathNotAllowedException">The file may not be indexed.</exception>
    public WalkResult LookAtFile(string fullPath)
    {
        RootRules.Check(fullPath, options);
        if (!File.Exists(fullPath))
        {
            throw new PathNotFoundException(fullPath);
        }

        var folder = System.IO.Path.GetDirectoryName(fullPath)!;
        var walk = new Traversal(this, folder, CancellationToken.None);
        walk.Path(System.IO.Path.GetFileName(fullPath), new IgnoreScope(null, null, ""));
        return new WalkResult(walk.Files, walk.Skipped);
    }

    private void CheckRoot(string root)
    {
        RootRules.Check(root, options);
        if (!Directory.Exists(root))
        {
            throw new PathNotFoundException(root);
        }
    }

    private readonly record struct Entry(string Name, bool IsFolder, bool IsLink, long SizeBytes, DateTimeOffset ModifiedAt)
    {
        public static Entry Of(ref FileSystemEntry entry)
        {
            var name = entry.FileName.ToString();
            var isLink = (entry.Attributes & FileAttributes.ReparsePoint) != 0;
            return isLink || entry.IsDirectory
                ? new Entry(name, entry.IsDirectory, isLink, 0, default)
                : new Entry(name, false, false, entry.Length, entry.LastWriteTimeUtc);
        }
    }

    private sealed class Traversal(FolderWalker walker, string root, CancellationToken cancellationToken)
    {
        private readonly IngestionOptions _options = walker.Options;
        private readonly HashSet<string> _mountPoints = MountPoints.Below(root);

        public List<FoundFile> Files { get; } = [];

        public List<SkippedFile> Skipped { get; } = [];

        public void Folder(string relativePath, string fullPath, IgnoreScope outer, bool isRoot, int depth)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entries = List(fullPath);
            var scope = isRoot
                ? outer
                : outer.Enter(
                    System.IO.Path.GetFileName(fullPath),
                    fullPath,
                    entries.Exists(static entry => entry.Name == IgnoreScope.GitFileName),
                    entries.Exists(static entry => entry.Name == IgnoreScope.OwnFileName));
            var prefix = relativePath.Length == 0 ? "" : relativePath + "/";
            foreach (var entry in entries)
            {
                var path = prefix + entry.Name;
                if (!IsLeftOut(entry, path, fullPath, scope, depth))
                {
                    if (entry.IsFolder)
                    {
                        InnerFolder(path, System.IO.Path.Combine(fullPath, entry.Name), scope, depth + 1);
                    }
                    else
                    {
                        Files.Add(new FoundFile(path, entry.SizeBytes, entry.ModifiedAt));
                    }
                }
            }
        }

        // Goes down to one file, with the same checks on every folder on the way.
        public void Path(string relativePath, IgnoreScope scope)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var parts = relativePath.Split('/');
            var fullPath = root;
            var path = "";
            for (var depth = 0; depth < parts.Length; depth++)
            {
                path = path.Length == 0 ? parts[depth] : path + "/" + parts[depth];
                if (Find(fullPath, parts[depth]) is not { } entry || IsLeftOut(entry, path, fullPath, scope, depth))
                {
                    return;
                }

                fullPath = System.IO.Path.Combine(fullPath, entry.Name);
                if (!entry.IsFolder)
                {
                    if (depth == parts.Length - 1)
                    {
                        Files.Add(new FoundFile(path, entry.SizeBytes, entry.ModifiedAt));
                    }

                    return;
                }

                scope = scope.Enter(entry.Name, fullPath, hasGitFile: true, hasOwnFile: true);
            }
        }

        private static List<Entry> List(string fullPath)
        {
            var entries = new List<Entry>(new FileSystemEnumerable<Entry>(fullPath, Entry.Of, OneFolder));
            entries.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
            return entries;
        }

        private static Entry? Find(string folder, string name)
        {
            var info = new FileInfo(System.IO.Path.Combine(folder, name));
            if (name is "" or "." or ".." || (int)info.Attributes == -1)
            {
                return null;
            }

            var isFolder = (info.Attributes & FileAttributes.Directory) != 0;
            return new Entry(name, isFolder, (info.Attributes & FileAttributes.ReparsePoint) != 0, isFolder ? 0 : info.Length, info.LastWriteTimeUtc);
        }

        private void InnerFolder(string path, string fullPath, IgnoreScope scope, int depth)
        {
            try
            {
                Folder(path, fullPath, scope, isRoot: false, depth);
            }
            catch (UnauthorizedAccessException)
            {
                Skipped.Add(new SkippedFile(path + "/", SkipReason.Unreadable, "Its permissions do not let it be read."));
            }
            catch (DirectoryNotFoundException)
            {
                Skipped.Add(new SkippedFile(path + "/", SkipReason.Unreadable, "It vanished while it was read, or its name is not valid UTF-8."));
            }
            catch (IOException broken)
            {
                Skipped.Add(new SkippedFile(path + "/", SkipReason.Unreadable, broken.Message));
            }
        }

        private bool IsLeftOut(Entry entry, string path, string folder, IgnoreScope scope, int depth)
        {
            var reason = entry.IsLink ? (SkipReason.Link, "It is a symbolic link; links are not followed.")
                : entry.Name.Contains('\uFFFD') ? (SkipReason.Unreadable, "Its name is not valid UTF-8.")
                : entry.IsFolder ? FolderReason(entry, folder, depth)
                : FileReason(entry);
            if (reason is { } found && found.Item1 is not (SkipReason.Empty or SkipReason.TooLarge))
            {
                Skipped.Add(new SkippedFile(entry.IsFolder ? path + "/" : path, found.Item1, found.Item2));
                return true;
            }

            // Ignore files are asked after what is never indexed, and before what is only unfit.
            if (scope.Decide(entry.Name, path, entry.IsFolder) is { } ignored)
            {
                Skipped.Add(ignored);
                return true;
            }

            if (reason is { } unfit)
            {
                Skipped.Add(new SkippedFile(path, unfit.Item1, unfit.Item2));
                return true;
            }

            return false;
        }

        private (string, string)? FolderReason(Entry entry, string folder, int depth)
        {
            if (NameRules.ForFolder(entry.Name) is { } reason)
            {
                return reason;
            }

            if (depth >= _options.MaxDepth)
            {
                return (SkipReason.TooDeep, $"It lies more than {_options.MaxDepth} folders deep.");
            }

            if (_mountPoints.Count == 0 && _options.ExcludedFolders.Count == 0)
            {
                return null;
            }

            var fullPath = System.IO.Path.Combine(folder, entry.Name);
            return _mountPoints.Contains(fullPath) ? (SkipReason.OtherDevice, "Another file system is mounted there.")
                : _options.ExcludedFolders.Any(excluded => RootRules.IsAtOrBelow(fullPath, excluded))
                    ? (SkipReason.Excluded, "It is the data folder of Synapse or excluded by configuration.")
                    : null;
        }

        private (string, string)? FileReason(Entry entry)
            => NameRules.ForFile(entry.Name)
                // Pipes, sockets and devices have length 0: never opened, so that none of them can block.
                ?? (entry.SizeBytes == 0 ? (SkipReason.Empty, "It is empty, or not a regular file.")
                    : entry.SizeBytes > _options.MaxTextBytes
                        ? (SkipReason.TooLarge, $"It has {entry.SizeBytes:N0} bytes; the limit is {_options.MaxTextBytes:N0} ({IngestionOptions.SectionName}:{nameof(IngestionOptions.MaxTextBytes)}).")
                        : null);
    }

    private IngestionOptions Options => options;
}
