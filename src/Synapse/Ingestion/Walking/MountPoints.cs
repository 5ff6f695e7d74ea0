namespace Synapse.Ingestion.Walking;

/// <summary>The folders on which other file systems are mounted.</summary>
internal static class MountPoints
{
    private const string LinuxTable = "/proc/self/mountinfo";

    /// <summary>Lists the mount points below a folder.</summary>
    public static HashSet<string> Below(string root)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var mount in OperatingSystem.IsLinux() && File.Exists(LinuxTable) ? ReadLinux() : ReadOther())
        {
            var path = Path.TrimEndingDirectorySeparator(mount);
            if (path.Length > root.Length && RootRules.IsAtOrBelow(path, root))
            {
                found.Add(path);
            }
        }

        return found;
    }

    // The fifth field is the mount point; space, tab, line feed and backslash in it are written as \ and three octal digits.
    private static IEnumerable<string> ReadLinux()
    {
        foreach (var line in File.ReadLines(LinuxTable))
        {
            var fields = line.Split(' ', 6);
            if (fields.Length == 6)
            {
                yield return fields[4].Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
                    .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
            }
        }
    }

    private static IEnumerable<string> ReadOther() => DriveInfo.GetDrives().Select(drive => drive.Name);
}
