using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Synapse.Egress.Tests.TestSupport;

/// <summary>An authority of this test run, and a certificate that it signed.</summary>
internal sealed class TestAuthority : IDisposable
{
    public TestAuthority(string host)
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        authority.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authority.PublicKey, false));
        using var root = authority.CreateSelfSigned(from, from.AddDays(10));
        AuthorityPem = root.ExportCertificatePem();

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var signed = request.Create(root, from, from.AddDays(9), [1, 2, 3, 4, 5, 6, 7, 8]);
        ServerCertificate = signed.CopyWithPrivateKey(key);
    }

    public string AuthorityPem { get; }

    public X509Certificate2 ServerCertificate { get; }

    public void Dispose() => ServerCertificate.Dispose();
}
