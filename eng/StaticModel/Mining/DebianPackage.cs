using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;

namespace Synapse.StaticModel.Mining;

/// <summary>Reads the files of a .deb without unpacking it to disk.</summary>
internal static class DebianPackage
{
    private const int MaxFileBytes = 3_000_000;

    /// <summary>The files of a package whose path passes <paramref name="wanted"/>, gunzipped where they end in .gz or .dz.</summary>
    /// <remarks>dpkg-deb does the outer decompression, which .NET lacks (xz).</remarks>
    public static IEnumerable<PackageFile> Files(string debPath, Func<string, bool> wanted, int maxPdfBytes)
    {
        using var process = Process.Start(new ProcessStartInfo("dpkg-deb", ["--fsys-tarfile", debPath])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException("dpkg-deb did not start");
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        using var tar = new TarReader(process.StandardOutput.BaseStream);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.DataStream is null)
            {
                continue;
            }

            var path = entry.Name;
            var isDictionary = path.Contains("/dictd/", StringComparison.Ordinal) || path.Contains("/mythes/", StringComparison.Ordinal);
            var limit = isDictionary ? 100_000_000 : path.EndsWith(".pdf", StringComparison.Ordinal) ? maxPdfBytes : MaxFileBytes;
            if (entry.Length > limit || entry.Length < 60 || !(isDictionary || wanted(path)))
            {
                continue;
            }

            var content = new byte[entry.Length];
            entry.DataStream.ReadExactly(content);
            if (path.EndsWith(".gz", StringComparison.Ordinal) || path.EndsWith(".dz", StringComparison.Ordinal))
            {
                if (!TryGunzip(content, out content))
                {
                    continue;
                }

                path = path[..^3];
            }

            yield return new PackageFile(path, content);
        }

        process.WaitForExit();
    }

    private static bool TryGunzip(byte[] compressed, out byte[] content)
    {
        content = [];
        try
        {
            using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
            using var plain = new MemoryStream();
            gzip.CopyTo(plain);
            content = plain.ToArray();
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
