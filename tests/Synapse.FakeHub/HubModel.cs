using System.Security.Cryptography;
using System.Text;

namespace Synapse.Hubs;

/// <summary>A model as the fake hub has it.</summary>
/// <param name="id">Its id, as <c>OWNER/NAME</c>.</param>
/// <param name="files">Its files by path.</param>
public sealed class HubModel(string id, IReadOnlyDictionary<string, byte[]> files)
{
    public string Id { get; } = id;

    public Dictionary<string, byte[]> Files { get; } = new(files, StringComparer.Ordinal);

    /// <summary>Changes with the files, as a commit does.</summary>
    public string Commit => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Concat(Files.OrderBy(file => file.Key, StringComparer.Ordinal).Select(file => file.Key + Sha256(file.Value))))));

    /// <summary>What the hub says of a file, where that is not the truth.</summary>
    public Dictionary<string, (long? Size, string? Sha256)> Lies { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a folder.</summary>
    public static HubModel Of(string id, string folder)
        => new(id, Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(folder, file).Replace('\\', '/'), File.ReadAllBytes));

    /// <summary>As hubs do, large files by SHA-256 and on another host, small ones by git's id.</summary>
    public static bool IsLarge(string path) => path.EndsWith(".onnx", StringComparison.Ordinal);

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string GitBlob(byte[] content) => Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes($"blob {content.Length}\0"), .. content]));
}
