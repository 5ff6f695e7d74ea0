using System.Formats.Tar;
using System.IO.Compression;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Packing;

/// <summary>Reads a folder, a zip archive or a tar archive as one stream of files. Links, devices, and paths that lead out are refused by name.</summary>
internal static class PackedFiles
{
    private const int MostEntries = 10_000;

    // Unix file type bits, which zip archives keep in the upper half of the external attributes.
    private const int UnixTypeMask = 0xF000;
    private const int UnixRegular = 0x8000;
    private const int UnixFolder = 0x4000;

    /// <summary>Reads what lies at a path.</summary>
    /// <exception cref="ModelImportException">It is none of these, or holds what is refused.</exception>
    public static IEnumerable<PackedFile> Read(string path)
    {
        if (Directory.Exists(path))
        {
            return ReadFolder(path);
        }

        if (!File.Exists(path))
        {
            throw new ModelImportException(path, "there is no such file or folder");
        }

        Span<byte> head = stackalloc byte[4];
        using (var file = File.OpenRead(path))
        {
            file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        }

        return head switch
        {
            [0x50, 0x4B, _, _] => ReadZip(path),
            [0x1F, 0x8B, _, _] => ReadTar(path),
            _ => throw new ModelImportException(path, "it is neither a folder nor a .zip or .tar.gz archive"),
        };
    }

    private static IEnumerable<PackedFile> ReadFolder(string folder)
    {
        foreach (var path in FolderFiles.Of(folder))
        {
            // A hub's own cache is made of links to its blobs. What is imported is copied, so following the link of one file is safe, and is what is meant.
            var file = new FileInfo(Path.Combine(folder, path));
            if ((file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true)) is FileInfo { Exists: true } real)
            {
                yield return new PackedFile(path, real.OpenRead);
            }
        }
    }

    private static IEnumerable<PackedFile> ReadZip(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        CheckCount(path, archive.Entries.Count);
        foreach (var entry in archive.Entries)
        {
            var type = (entry.ExternalAttributes >> 16) & UnixTypeMask;
            if (type is not (0 or UnixRegular or UnixFolder))
            {
                throw new ModelImportException(path, $"'{entry.FullName}' is a link or a device");
            }

            if (!entry.FullName.EndsWith('/'))
            {
                yield return new PackedFile(CheckPath(path, entry.FullName), entry.Open);
            }
        }
    }

    private static IEnumerable<PackedFile> ReadTar(string path)
    {
        using var file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var archive = new TarReader(unpacked);
        for (var count = 1; archive.GetNextEntry() is { } entry; count++)
        {
            CheckCount(path, count);
            switch (entry.EntryType)
            {
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile:
                    yield return new PackedFile(CheckPath(path, entry.Name), () => entry.DataStream ?? Stream.Null);
                    break;
                case TarEntryType.Directory or TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw new ModelImportException(path, $"'{entry.Name}' is a link or a device");
            }
        }
    }

    private static string CheckPath(string archive, string path)
    {
        var plain = path.StartsWith("./", StringComparison.Ordinal) ? path[2..] : path;
        return plain.Length == 0 || plain.StartsWith('/') || plain.Contains('\\') || plain.Contains(':') || plain.Contains('\0') || plain.Split('/').Any(static part => part is "" or "." or "..")
            ? throw new ModelImportException(archive, $"the path '{path}' leads out of it")
            : plain;
    }

    private static void CheckCount(string path, int count)
    {
        if (count > MostEntries)
        {
            throw new ModelImportException(path, $"it holds more than {MostEntries} files");
        }
    }
}
