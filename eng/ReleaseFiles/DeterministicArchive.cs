using System.Formats.Tar;
using System.IO.Compression;

namespace Synapse.ReleaseFiles;

/// <summary>Archives whose bytes follow from names and content alone: sorted, one time, no owner of this machine.</summary>
internal static class DeterministicArchive
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Runnable = Readable | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
    private const int RegularFile = 0x8000;

    // A zip cannot hold an earlier time.
    private static readonly DateTimeOffset s_earliest = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a folder and the files in it.</summary>
    /// <param name="folder">The folder; its name is the root in the archive.</param>
    /// <param name="archive">A path that ends with <c>.tar.gz</c> or <c>.zip</c>.</param>
    /// <param name="time">The time of every entry.</param>
    public static void Write(string folder, string archive, DateTimeOffset time)
    {
        var root = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Path: path, Name: $"{root}/{Path.GetRelativePath(folder, path).Replace('\\', '/')}"))
            .OrderBy(file => file.Name, StringComparer.Ordinal)
            .ToArray();
        if (files.Length == 0)
        {
            throw new InvalidDataException($"{folder} is empty.");
        }

        using var output = File.Create(archive);
        if (archive.EndsWith(".zip", StringComparison.Ordinal))
        {
            WriteZip(files, output, time);
        }
        else
        {
            WriteTar(root, files, output, time);
        }
    }

    private static void WriteTar(string root, (string Path, string Name)[] files, Stream output, DateTimeOffset time)
    {
        using var compressed = new GZipStream(output, CompressionLevel.SmallestSize);
        using var tar = new TarWriter(compressed, TarEntryFormat.Ustar);
        tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, root + '/') { Mode = Runnable, ModificationTime = time });
        foreach (var (path, name) in files)
        {
            using var content = File.OpenRead(path);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { Mode = ModeOf(path), ModificationTime = time, DataStream = content });
        }
    }

    private static void WriteZip((string Path, string Name)[] files, Stream output, DateTimeOffset time)
    {
        using var zip = new ZipArchive(output, ZipArchiveMode.Create);
        foreach (var (path, name) in files)
        {
            var entry = zip.CreateEntry(name, CompressionLevel.SmallestSize);
            entry.LastWriteTime = time.ToUniversalTime() < s_earliest ? s_earliest : time.ToUniversalTime();
            entry.ExternalAttributes = (RegularFile | (int)ModeOf(path)) << 16;
            using var content = File.OpenRead(path);
            using var into = entry.Open();
            content.CopyTo(into);
        }
    }

    // By content, since the system that builds may know no such bit. Libraries need none.
    private static UnixFileMode ModeOf(string path) => ExecutableFile.Read(path) is { IsProgram: true } ? Runnable : Readable;
}
