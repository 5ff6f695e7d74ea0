using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Synapse.Server.Hosting;

namespace Synapse.Server.Security;

/// <summary>The bearer token of a data folder. Whoever can read the file may do everything.</summary>
/// <param name="value">The token.</param>
public sealed class ApiToken(string value)
{
    private const string Prefix = "syn_";
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(value));

    /// <summary>The token.</summary>
    public string Value { get; } = value;

    /// <summary>Reads the token of a data folder, and makes one if there is none.</summary>
    public static ApiToken ReadOrCreate(DataFolder dataFolder)
    {
        ArgumentNullException.ThrowIfNull(dataFolder);
        if (Read(dataFolder) is { } token)
        {
            return token;
        }

        var created = new ApiToken(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
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

    /// <summary>Whether a credential is this token. Takes the same time wherever the two differ.</summary>
    internal bool Matches(string credential)
        => CryptographicOperations.FixedTimeEquals(_hash, SHA256.HashData(Encoding.UTF8.GetBytes(credential)));
}
