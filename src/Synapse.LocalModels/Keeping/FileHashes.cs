using System.Security.Cryptography;
using System.Text;

namespace Synapse.LocalModels.Keeping;

/// <summary>Digests of files.</summary>
internal static class FileHashes
{
    /// <summary>SHA-256 of a file, 64 hexadecimal digits.</summary>
    public static async Task<string> Sha256Async(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>The id that git gives a file, 40 hexadecimal digits: hubs name small files by it.</summary>
    public static async Task<string> GitBlobAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
#pragma warning disable CA5350 // Git's own name of a file; whether to trust the hub is for TLS and the lock to say.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {file.Length}\0"));
        var buffer = new byte[128 * 1_024];
        for (int read; (read = await file.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read, 128 * 1_024, FileOptions.SequentialScan);
}
