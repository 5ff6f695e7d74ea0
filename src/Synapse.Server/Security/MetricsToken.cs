using System.Security.Cryptography;
using System.Text;
using Synapse.Server.Hosting;

namespace Synapse.Server.Security;

/// <summary>The bearer token of what scrapes the metrics. It opens <c>/metrics</c> and nothing else; without one there is no such address.</summary>
/// <param name="value">The token.</param>
internal sealed class MetricsToken(string value)
{
    /// <summary>The variable that holds it.</summary>
    public const string Variable = "SYNAPSE_METRICS_TOKEN";

    /// <summary>The variable that names a file with it.</summary>
    public const string FileVariable = "SYNAPSE_METRICS_TOKEN_FILE";

    private readonly byte[] _hash = HashOf(value);

    /// <summary>Reads the token.</summary>
    /// <param name="configuration">All settings of the process.</param>
    /// <param name="faults">Receives what is wrong, with its key and its cure, and no part of the token.</param>
    /// <returns>Null when there is none, or when it is wrong.</returns>
    public static MetricsToken? Read(IConfiguration configuration, ICollection<string> faults)
        => TokenSetting.Read(configuration, Variable, FileVariable, faults) is { } token ? new MetricsToken(token) : null;

    /// <summary>Whether a credential is this token. Takes the same time wherever they differ.</summary>
    public bool Matches(string credential) => CryptographicOperations.FixedTimeEquals(_hash, HashOf(credential));

    private static byte[] HashOf(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
