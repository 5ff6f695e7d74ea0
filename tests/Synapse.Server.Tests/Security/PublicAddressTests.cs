using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Security;

/// <summary>A server that other machines reach: what it listens on, and under which address browsers come.</summary>
public sealed class PublicAddressTests : IDisposable
{
    private const string Public = "https://synapse.example.com";
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Behind_a_proxy_with_encryption_links_cookies_and_origins_are_those_that_browsers_see()
    {
        await using var app = SynapseServer.Build(Options(publicUrl: new Uri(Public)));
        Assert.Equal(Public, await SynapseServer.StartAsync(app, Cancel));
        var link = (await SynapseServer.CreateSignInLinkAsync(app, Cancel)).Url;
        Assert.StartsWith($"{Public}/sign-in?token=", link, StringComparison.Ordinal);

        // What the proxy passes on: the path and the name, without encryption.
        using var proxy = Proxy(app);
        using var signIn = await proxy.SendAsync(Request(HttpMethod.Get, new Uri(link).PathAndQuery), Cancel);
        Assert.Equal(HttpStatusCode.Redirect, signIn.StatusCode);
        var cookie = signIn.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("; secure", cookie, StringComparison.OrdinalIgnoreCase);

        Assert.Equal(HttpStatusCode.Forbidden, await SignOutAsync(proxy, cookie, "http://synapse.example.com"));
        Assert.Equal(HttpStatusCode.Forbidden, await SignOutAsync(proxy, cookie, "https://example.com"));
        Assert.Equal(HttpStatusCode.Redirect, await SignOutAsync(proxy, cookie, Public));
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task Without_a_public_address_the_name_of_a_proxy_is_not_answered()
    {
        await using var app = SynapseServer.Build(Options());
        await SynapseServer.StartAsync(app, Cancel);
        using var proxy = Proxy(app);
        using var refused = await proxy.SendAsync(Request(HttpMethod.Get, "/api/health/live"), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_server_that_listens_everywhere_is_reached_on_every_address_of_the_machine_and_answers_for_loopback_alone()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "All of 127.0.0.0/8 is loopback on Linux alone.");
        await using var app = SynapseServer.Build(Options(host: IPAddress.Any));
        var address = new Uri((await SynapseServer.StartAsync(app, Cancel))!);
        Assert.Equal("127.0.0.1", address.Host);

        // An address that a server on loopback does not have.
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var rebound = await client.GetAsync(new Uri($"http://127.0.0.77:{address.Port}/api/health/live"), Cancel);
        Assert.Equal(HttpStatusCode.Forbidden, rebound.StatusCode);
        using var probe = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.77:{address.Port}/api/health/live") { Headers = { Host = "localhost" } };
        using var live = await client.SendAsync(probe, Cancel);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_server_that_listens_on_one_address_answers_for_it_and_makes_links_to_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "All of 127.0.0.0/8 is loopback on Linux alone.");
        await using var app = SynapseServer.Build(Options(host: IPAddress.Parse("127.0.0.78")));
        var address = (await SynapseServer.StartAsync(app, Cancel))!;
        Assert.StartsWith("http://127.0.0.78:", address, StringComparison.Ordinal);
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var live = await client.GetAsync(new Uri($"{address}/api/health/live"), Cancel);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task An_address_of_another_machine_stops_the_start_with_its_key()
    {
        await using var app = SynapseServer.Build(Options(host: IPAddress.Parse("192.0.2.1")));
        var refused = await Assert.ThrowsAsync<InvalidConfigurationException>(() => SynapseServer.StartAsync(app, Cancel));
        Assert.Contains("SYNAPSE_HOST", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SYNAPSE_HOST=synapse.example.com", "SYNAPSE_HOST")]
    [InlineData("SYNAPSE_PUBLIC_URL=synapse.example.com", "SYNAPSE_PUBLIC_URL")]
    [InlineData("SYNAPSE_PUBLIC_URL=https://synapse.example.com/path", "SYNAPSE_PUBLIC_URL")]
    [InlineData("SYNAPSE_PUBLIC_URL=ftp://synapse.example.com", "SYNAPSE_PUBLIC_URL")]
    [InlineData("SYNAPSE__SERVER__HOST=everywhere", "Synapse:Server:Host")]
    public void What_is_no_address_is_reported_with_its_key(string line, string key)
    {
        _folder.Write("data/.env", line + "\n");
        var refused = Assert.Throws<InvalidConfigurationException>(() => ServerOptionsReader.Read(Data, null, []));
        Assert.StartsWith($"{key}: ", Assert.Single(refused.Faults), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("SYNAPSE_HOST=0.0.0.0", "0.0.0.0")]
    [InlineData("SYNAPSE_HOST=*", "::")]
    [InlineData("SYNAPSE__SERVER__HOST=10.0.0.5", "10.0.0.5")]
    [InlineData("SYNAPSE_HOST=localhost", null)]
    [InlineData("", null)]
    public void The_address_is_read_from_the_variable_and_from_the_setting(string line, string? host)
    {
        _folder.Write("data/.env", line + "\n");
        Assert.Equal(host, ServerOptionsReader.Read(Data, null, []).Host?.ToString());
        Assert.Equal("127.0.0.9", ServerOptionsReader.Read(Data, null, [], "127.0.0.9").Host?.ToString());
    }

    [Theory]
    [InlineData("SYNAPSE_HOST")]
    [InlineData("SYNAPSE__SERVER__HOST")]
    public async Task No_foreign_folder_opens_the_server_to_other_machines(string name)
    {
        _folder.Write("elsewhere/.env", $"{name}=0.0.0.0\n");
        var run = await CommandLineRun.StartInAsync(Path.Combine(_folder.Path, "elsewhere"), Data, "serve", "--port", "0");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains($"{name} stands in the current folder", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_health_of_a_server_is_told_by_exit_code_and_nothing_is_started_for_it()
    {
        var none = await CommandLineRun.StartAsync(Data, "health");
        Assert.Equal((1, ""), (none.ExitCode, none.Output));
        Assert.False(Directory.Exists(Data));

        await using var app = SynapseServer.Build(Options());
        await SynapseServer.StartAsync(app, Cancel);
        var ready = await CommandLineRun.StartAsync(Data, "health");
        Assert.Equal((0, "ok\n", ""), (ready.ExitCode, ready.Output, ready.Errors));
        Assert.Equal("ok", (await CommandLineRun.StartAsync(Data, "health", "--json")).Json.GetProperty("status").GetString());
        await app.StopAsync(Cancel);
    }

    private string Data => Path.Combine(_folder.Path, "data");

    private ServerOptions Options(IPAddress? host = null, Uri? publicUrl = null)
        => new() { DataFolder = new DataFolder(Data), Host = host, Port = 0, PublicUrl = publicUrl, LogLevel = LogLevel.None };

    private static HttpClient Proxy(WebApplication app)
    {
        var port = new Uri(app.Urls.First(url => url.StartsWith("http://127", StringComparison.Ordinal))).Port;
        return new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    private static HttpRequestMessage Request(HttpMethod method, string path) => new(method, path) { Headers = { Host = "synapse.example.com" } };

    private static async Task<HttpStatusCode> SignOutAsync(HttpClient proxy, string cookie, string origin)
    {
        using var request = Request(HttpMethod.Post, "/sign-out");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        request.Headers.Add("Origin", origin);
        using var response = await proxy.SendAsync(request, Cancel);
        return response.StatusCode;
    }
}
