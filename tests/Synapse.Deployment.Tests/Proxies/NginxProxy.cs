using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Proxies;

/// <summary>A real nginx with the example of deploy/proxy: only ports, name and certificate differ.</summary>
internal sealed class NginxProxy : IAsyncDisposable
{
    private readonly Process _process;

    private NginxProxy(Process process, Uri address, X509Certificate2 certificate)
    {
        _process = process;
        Address = address;
        Client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = { RemoteCertificateValidationCallback = (_, presented, _, _) => presented?.GetCertHashString(HashAlgorithmName.SHA256) == certificate.GetCertHashString(HashAlgorithmName.SHA256) },
        })
        {
            BaseAddress = address,
        };
    }

    /// <summary>Where browsers come.</summary>
    public Uri Address { get; }

    /// <summary>A client that knows its certificate.</summary>
    public HttpClient Client { get; }

    /// <summary>A port that is free now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Starts it.</summary>
    /// <param name="folder">Where its files go.</param>
    /// <param name="port">The port for browsers.</param>
    /// <param name="upstream">The port of what is behind it.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    public static async Task<NginxProxy> StartAsync(TemporaryFolder folder, int port, int upstream, CancellationToken cancellationToken)
    {
        var program = Tool.Require("nginx");
        var (certificate, redirect) = (MakeCertificate(folder), FreePort());
        var site = Replace(await File.ReadAllTextAsync(Repository.Path("deploy/proxy/nginx.conf"), cancellationToken), [
            ("server 127.0.0.1:3000;", $"server 127.0.0.1:{upstream};"), ("listen 443 ssl;", $"listen 127.0.0.1:{port} ssl;"), ("listen 80;", $"listen 127.0.0.1:{redirect};"),
            ("/etc/ssl/synapse/", folder.Path + "/"), ("synapse.example.com", "localhost"),
        ]);
        folder.Write("site.conf", site);
        var path = folder.Write("nginx.conf", $$"""
            daemon off;
            worker_processes 1;
            pid {{folder.Path}}/nginx.pid;
            error_log stderr;
            {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
            events { }
            http {
                access_log off;
                client_body_temp_path {{folder.Path}}/body; proxy_temp_path {{folder.Path}}/proxy; fastcgi_temp_path {{folder.Path}}/fastcgi; uwsgi_temp_path {{folder.Path}}/uwsgi; scgi_temp_path {{folder.Path}}/scgi;
                include {{folder.Path}}/site.conf;
            }
            """);
        string[] command = [program, "-e", "stderr", "-p", folder.Path, "-c", path];
        var (exitCode, _, errors) = await Tool.RunAsync(new Dictionary<string, string>(), folder.Path, null, [.. command, "-t"]);
        Assert.True(exitCode == 0, errors);
        var proxy = new NginxProxy(Process.Start(Tool.Describe(new Dictionary<string, string>(), folder.Path, command))!, new Uri($"https://localhost:{port}"), certificate);
        await proxy.WaitAsync(port, cancellationToken);
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private static string Replace(string text, (string Old, string New)[] changes)
    {
        foreach (var (old, changed) in changes)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            text = text.Replace(old, changed, StringComparison.Ordinal);
        }

        return text;
    }

    private static X509Certificate2 MakeCertificate(TemporaryFolder folder)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256).CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        folder.Write("fullchain.pem", certificate.ExportCertificatePem());
        folder.Write("key.pem", key.ExportPkcs8PrivateKeyPem());
        return certificate;
    }

    private async Task WaitAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                using var socket = new TcpClient();
                await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
                return;
            }
            catch (SocketException) when (!_process.HasExited)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellationToken);
            }
        }
    }
}
