using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Synapse.Errors;

namespace Synapse.Egress.Connecting;

/// <summary>Whose certificates are trusted: the system's authorities, and those of the operator's file. There is no way to trust every certificate.</summary>
internal sealed class TrustedAuthorities
{
    private readonly X509Certificate2Collection? _roots;

    private TrustedAuthorities(X509Certificate2Collection? roots) => _roots = roots;

    /// <summary>Reads the file.</summary>
    /// <param name="caFile">A PEM file; null for the system's authorities alone.</param>
    /// <exception cref="InvalidCaFileException">The file holds no certificate, or cannot be read.</exception>
    public static TrustedAuthorities Read(string? caFile)
    {
        if (caFile is null)
        {
            return new TrustedAuthorities(null);
        }

        var roots = new X509Certificate2Collection();
        try
        {
            roots.ImportFromPemFile(caFile);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidCaFileException(caFile, e.Message, e);
        }

        if (roots.Count == 0)
        {
            throw new InvalidCaFileException(caFile, "it holds no certificate");
        }

        using var system = new X509Store(StoreName.Root, StoreLocation.LocalMachine, OpenFlags.ReadOnly);
        roots.AddRange(system.Certificates);
        return new TrustedAuthorities(roots);
    }

    /// <summary>The rules for the chain of a server's certificate. Neither revocation lists nor missing certificates are fetched: each would be a connection that no policy saw.</summary>
    public X509ChainPolicy CreateChainPolicy()
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        if (_roots is not null)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(_roots);
        }

        return policy;
    }
}
