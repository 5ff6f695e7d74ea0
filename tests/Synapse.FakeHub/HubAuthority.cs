using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Synapse.Hubs;

/// <summary>An authority that no system trusts, as that of a hub in a company or of a proxy that looks into TLS, and the certificate that it signed for the fake hub.</summary>
public sealed class HubAuthority : IDisposable
{
    private HubAuthority(X509Certificate2 root, X509Certificate2 certificate) => (Root, Certificate) = (root, certificate);

    /// <summary>The certificate of the authority.</summary>
    public X509Certificate2 Root { get; }

    /// <summary>The hub's, for its address and the host of large files.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes an authority, and has it sign for ten days.</summary>
    /// <param name="now">The second of them.</param>
    /// <param name="name">The only name that the hub's certificate is for; null for its address and the host of large files.</param>
    public static HubAuthority Create(DateTimeOffset now, string? name = null)
    {
        var from = now.AddDays(-1);
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Synapse fake hub authority", rootKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, false));
        var root = authority.CreateSelfSigned(from, from.AddDays(10));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Synapse fake hub", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name ?? FakeHub.StorageName);
        if (name is null)
        {
            names.AddIpAddress(IPAddress.Loopback);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var signed = request.Create(root, from, from.AddDays(9), RandomNumberGenerator.GetBytes(8));
        using var complete = signed.CopyWithPrivateKey(key);

        // A key that was only ever in memory cannot serve TLS on every system; a round trip makes it one that can.
        return new HubAuthority(root, X509CertificateLoader.LoadPkcs12(complete.Export(X509ContentType.Pkcs12), null));
    }

    public void Dispose()
    {
        Root.Dispose();
        Certificate.Dispose();
    }
}
