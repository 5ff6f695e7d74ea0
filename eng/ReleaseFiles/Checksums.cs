using System.Security.Cryptography;

namespace Synapse.ReleaseFiles;

/// <summary>The file that <c>sha256sum --check</c> reads.</summary>
internal static class Checksums
{
    public const string FileName = "SHA256SUMS";

    /// <summary>Writes the sums of all files of a folder, in the order of their names.</summary>
    public static void Write(string folder)
    {
        var files = Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)).Where(name => name != FileName).Order(StringComparer.Ordinal);
        File.WriteAllLines(Path.Combine(folder, FileName), files.Select(name => $"{Convert.ToHexStringLower(HashOf(Path.Combine(folder, name)))}  {name}"));
    }

    private static byte[] HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return SHA256.HashData(stream);
    }
}
