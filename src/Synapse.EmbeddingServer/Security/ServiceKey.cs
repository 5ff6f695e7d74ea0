using System.Security.Cryptography;
using System.Text;

namespace Synapse.EmbeddingServer.Security;

/// <summary>The key that callers have to bring. Only its hash is kept.</summary>
/// <param name="key">The key.</param>
internal sealed class ServiceKey(string key)
{
    private readonly byte[] _hash = Hash(key);

    /// <summary>Whether a credential is this key. Takes the same time wherever the two differ.</summary>
    public bool Matches(string credential) => CryptographicOperations.FixedTimeEquals(_hash, Hash(credential));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
