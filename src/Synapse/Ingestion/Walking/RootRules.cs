using Synapse.Errors;

namespace Synapse.Ingestion.Walking;

/// <summary>Which paths may be the root of a source.</summary>
internal static class RootRules
{
    private const int MaxLinks = 40;

    // Of these, nothing is a person's document; of the first two, a walk would also never end.
    private static readonly string[] SystemFolders = ["/proc", "/sys", "/dev", "/etc", "/boot", "/run/secrets"];

    private static readonly string[] SecretHomeFolders = [".ssh", ".gnupg", ".aws", ".azure", ".kube", ".docker"];

    /// <summary>Resolves every symbolic link of a path, the parents included.</summary>
    /// <param name="path">Absolute or relative path.</param>
    /// <exception cref="PathNotFoundException">It does not exist.</exception>
    /// <exception cref="PathUnreadableException">Its links go round in circles, or it may not be read.</exception>
    public static string ResolveLinks(string path)
    {
        var full = Path.GetFullPath(path);
        var root = Path.GetPathRoot(full)!;
        var pending = new Stack<string>(Split(full[root.Length..]).Reverse());
        var resolved = root;
        var links = 0;
        while (pending.TryPop(out var part))
        {
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? root;
                continue;
            }

            var next = Path.Combine(resolved, part);
            var target = LinkTarget(next, path);
            if (target is null)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks)
            {
                throw new PathUnreadableException(path, "its symbolic links lead round in a circle");
            }

            if (Path.IsPathRooted(target))
            {
                root = Path.GetPathRoot(target)!;
                resolved = root;
                target = target[root.Length..];
            }

            foreach (var step in Split(target).Reverse())
            {
                pending.Push(step);
            }
        }

        return Path.Exists(resolved) ? resolved : throw new PathNotFoundException(path);
    }

    /// <summary>Throws unless the path may be indexed.</summary>
    /// <param name="path">Absolute path with links resolved.</param>
    /// <param name="options">The folders excluded by configuration.</param>
    /// <exception cref="PathNotAllowedException">It is a folder of the system, a folder for secrets, or excluded.</exception>
    public static void Check(string path, IngestionOptions options)
    {
        if (path == Path.GetPathRoot(path))
        {
            throw new PathNotAllowedException(path, "it is the root of the file system; name a folder with documents in it");
        }

        if (SystemFolders.Any(folder => IsAtOrBelow(path, folder))
            || (OperatingSystem.IsWindows() && IsAtOrBelow(path, Environment.GetFolderPath(Environment.SpecialFolder.Windows))))
        {
            throw new PathNotAllowedException(path, "it belongs to the system");
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (home.Length > 0 && SecretHomeFolders.Any(folder => IsAtOrBelow(path, Path.Combine(home, folder))))
        {
            throw new PathNotAllowedException(path, "it holds keys and passwords");
        }

        if (options.ExcludedFolders.FirstOrDefault(folder => IsAtOrBelow(path, folder)) is { } excluded)
        {
            throw new PathNotAllowedException(path, $"it lies in '{excluded}', which is the data folder of Synapse or excluded by configuration");
        }

        if (Split(path).Any(part => NameRules.ForFolder(part)?.Reason == SkipReason.VersionControl))
        {
            throw new PathNotAllowedException(path, "it belongs to a version control system");
        }
    }

    /// <summary>Whether a path is a folder or lies in it, compared part by part.</summary>
    public static bool IsAtOrBelow(string path, string folder)
    {
        var top = Path.TrimEndingDirectorySeparator(folder);
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        return path.StartsWith(top, comparison)
            && (path.Length == top.Length || path[top.Length] == Path.DirectorySeparatorChar || Path.EndsInDirectorySeparator(top));
    }

    private static string[] Split(string path)
        => path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static string? LinkTarget(string path, string asked)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new PathUnreadableException(asked, "a folder on the way to it may not be read", denied);
        }
        catch (IOException broken)
        {
            throw new PathUnreadableException(asked, broken.Message, broken);
        }
    }
}
