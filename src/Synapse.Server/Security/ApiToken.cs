using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Synapse.Server.Hosting;

namespace Synapse.Server.Security;

/// <summary>The bearer token of a data folder. Whoever can read the file may do everything. A second token may be given to programs that speak to several servers.</summary>
/// <param name="value">The token.</param>
/// <param name="shared">The token that several servers have in common; null for none.</param>
public sealed class ApiToken(string value, string? shared = null)
{
    private const string Prefix = "syn_";
    private readonly byte[] _hash = HashOf(value);
    private readonly byte[] _sharedHash = HashOf(shared ?? value);

    /// <summary>The token of the data folder.</summary>
    public string Value { get; } = value;

    /// <summary>Reads the token of a data folder, and makes one if there is none.</summary>
    /// <param name="dataFolder">The data folder.</param>
    /// <param name="shared">The token that several servers have in common; null for none.</param>
    public static ApiToken ReadOrCreate(DataFolder dataFolder, string? shared = null)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        if (Read(dataFolder) is { } token)
        {
            return new ApiToken(token.Value, shared);
        }

        var created = new ApiToken(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), shared);
        DataFolder.WritePrivateFile(dataFolder.TokenPath, Encoding.ASCII.GetBytes(created.Value + "\n"));
        return created;
    }

    /// <summary>Reads the token of a data folder, or returns null when there is none.</summary>
    public static ApiToken? Read(DataFolder dataFolder)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        try
        {
            var text = File.ReadAllText(dataFolder.TokenPath).Trim();
            return text.Length >= 40 ? new ApiToken(text) : null;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether a credential is this token or the shared one. Takes the same time wherever they differ.</summary>
    internal bool Matches(string credential)
    {
        var hash = HashOf(credential);
        return CryptographicOperations.FixedTimeEquals(_hash, hash) | CryptographicOperations.FixedTimeEquals(_sharedHash, hash);
    }

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
