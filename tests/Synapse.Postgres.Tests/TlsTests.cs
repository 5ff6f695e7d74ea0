using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Synapse.Errors;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests;

/// <summary>A server with a certificate: whose is believed, and for which name.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("synapse-tls-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_name_is_compared_with_the_certificate_though_its_address_was_given()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions(), Cancel);
        await using var database = await server.CreateDatabaseAsync(Cancel);

        var unencrypted = Assert.Throws<StoreUnsuitableException>(() => Open(database, "127.0.0.1", "?sslmode=require"));
        Assert.Contains("does not encrypt connections", unencrypted.Message, StringComparison.Ordinal);

        var authority = Path.Combine(_folder, "ca.pem");
        await InstallCertificateAsync(server, "db.test", authority);
        foreach (var query in new[] { "?sslmode=require", $"?sslmode=verify-ca&sslrootcert={authority}", $"?sslmode=verify-full&sslrootcert={authority}" })
        {
            await using var store = Open(database, "db.test", query);
            Assert.True(await database.ScalarAsync<bool>("SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'synapse'", Cancel));
        }

        foreach (var (host, query) in new[] { ("other.test", $"?sslmode=verify-full&sslrootcert={authority}"), ("db.test", "?sslmode=verify-full") })
        {
            var refused = Assert.Throws<StoreUnsuitableException>(() => Open(database, host, query));
            Assert.Contains("is not trusted, or is for another name", refused.Message, StringComparison.Ordinal);
        }
    }

    private static PostgresStore Open(PostgresDatabase database, string host, string query)
        => Stores.Open(Stores.Address(database.Url.Replace("@127.0.0.1:", $"@{host}:", StringComparison.Ordinal) + query).At(new Dictionary<string, IPAddress> { [host] = IPAddress.Loopback }));

    // The key must belong to the account of the server, which only a program of the server's can write as.
    private static async Task InstallCertificateAsync(PostgresServer server, string name, string authorityFile)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var authority = authorityRequest.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        await File.WriteAllTextAsync(authorityFile, authority.ExportCertificatePem(), Cancel);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, now.AddHours(-1), now.AddHours(1), [1, 2, 3, 4]);
        await server.ExecuteAsync($"COPY (SELECT '{certificate.ExportCertificatePem().ReplaceLineEndings("|")}') TO PROGRAM 'tr \"|\" \"\\n\" > server.crt'", Cancel);
        await server.ExecuteAsync($"COPY (SELECT '{key.ExportPkcs8PrivateKeyPem().ReplaceLineEndings("|")}') TO PROGRAM 'umask 077; tr \"|\" \"\\n\" > server.key'", Cancel);
        await server.ExecuteAsync("ALTER SYSTEM SET ssl = on", Cancel);
        await server.StopAsync("fast", Cancel);
        await server.StartAsync(Cancel);
    }
}
