using System.IO.Compression;

namespace Synapse.ReleaseFiles;

/// <summary>A package of NuGet, whose entries carry the time of packing.</summary>
internal static class NuGetPackage
{
    /// <summary>Writes a package anew: the same entries in the order of their names, with one time.</summary>
    /// <param name="package">The package; replaced.</param>
    /// <param name="time">The time of every entry.</param>
    public static void Repack(string package, DateTimeOffset time)
    {
        var written = package + ".new";
        using (var source = ZipFile.OpenRead(package))
        using (var target = ZipFile.Open(written, ZipArchiveMode.Create))
        {
            foreach (var entry in source.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
            {
                var copy = target.CreateEntry(entry.FullName, CompressionLevel.SmallestSize);
                copy.LastWriteTime = time.ToUniversalTime();
                using var from = entry.Open();
                using var into = copy.Open();
                from.CopyTo(into);
            }
        }

        File.Move(written, package, overwrite: true);
    }

    /// <summary>The text of the first entry whose name ends so.</summary>
    public static string Read(string package, string ending)
    {
        using var source = ZipFile.OpenRead(package);
        var entry = source.Entries.FirstOrDefault(entry => entry.FullName.EndsWith(ending, StringComparison.Ordinal)) ?? throw new InvalidDataException($"{package} holds no {ending}.");
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd();
    }
}
