using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Synapse.Fakes.Scenarios;

namespace Synapse.Fakes.Wire;

/// <summary>A root that clients of the fake may trust, a good certificate below it, and two bad ones.</summary>
internal sealed class Certificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _good;
    private readonly X509Certificate2 _expired;
    private readonly X509Certificate2 _bad;

    public Certificates(FakeProviderOptions options)
    {
        var now = options.Time.GetUtcNow();
        Root = CreateRoot("CN=Synapse fake provider root", now, _key);
        string[] names = ["localhost", .. options.HostNames];
        _good = Issue(Root, names, options.Address, now.AddDays(-1), now.AddDays(30));
        _expired = Issue(Root, names, options.Address, now.AddDays(-60), now.AddDays(-30));
        using var stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var unknown = CreateRoot("CN=Unknown root", now, stranger);
        _bad = Issue(unknown, ["elsewhere.example"], null, now.AddDays(-1), now.AddDays(30));
    }

    public X509Certificate2 Root { get; }

    /// <summary>The secured stream, or null when the client did not want it.</summary>
    public async Task<SslStream?> SecureAsync(Stream stream, ConnectionFault fault, CancellationToken cancellationToken)
    {
        var secured = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            var certificate = fault switch
            {
                ConnectionFault.BadCertificate => _bad,
                ConnectionFault.ExpiredCertificate => _expired,
                _ => _good,
            };
            await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
            return secured;
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            await secured.DisposeAsync();
            return null;
        }
    }

    public void Dispose()
    {
        Root.Dispose();
        _good.Dispose();
        _expired.Dispose();
        _bad.Dispose();
        _key.Dispose();
    }

    private static X509Certificate2 CreateRoot(string name, DateTimeOffset now, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(now.AddDays(-100), now.AddDays(100));
    }

    private static X509Certificate2 Issue(X509Certificate2 root, string[] hosts, IPAddress? address, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={hosts[0]}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            names.AddDnsName(host);
        }

        if (address is not null)
        {
            names.AddIpAddress(address);
        }

        request.CertificateExtensions.Add(names.Build());

        // The roots of several fakes have one name; this tells which of them it is.
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1")], false));
        using var issued = request.Create(root, from, until, RandomNumberGenerator.GetBytes(8));
        using var complete = issued.CopyWithPrivateKey(key);

        // A key that was only ever in memory cannot serve TLS on every system; a round trip makes it one that can.
        return X509CertificateLoader.LoadPkcs12(complete.Export(X509ContentType.Pkcs12), null);
    }
}
