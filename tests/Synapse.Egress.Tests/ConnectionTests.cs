using System.IO.Compression;
using System.Net;
using Microsoft.AspNetCore.Http;
using Synapse.Egress.Tests.TestSupport;
using Synapse.Errors;
using Synapse.Privacy;

// The sensor hears the whole process, and the environment belongs to it too.
[assembly: Xunit.v3.Parallelization(Mode = Xunit.Sdk.ParallelMode.None)]

namespace Synapse.Egress.Tests;

/// <summary>What a connection does by itself: nothing.</summary>
public sealed class ConnectionTests
{
    private static readonly string[] s_proxyVariables = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var canary = new Canary();
        await using var host = await EgressHost.StartAsync(context =>
        {
            context.Response.Redirect($"{canary.Address}/?secret=1");
            return Task.CompletedTask;
        });
        using var client = host.Egress().CreateClient(Local(host));

        using var response = await client.GetAsync(new Uri($"{host.Address}/"), Token);

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal(0, canary.Connections);
    }

    [Fact]
    public async Task A_compressed_reply_stays_as_it_is_and_a_cookie_is_not_kept()
    {
        using var compressed = new MemoryStream();
        await using (var zip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            await zip.WriteAsync(new byte[10_000], Token);
        }

        var cookies = new List<string>();
        await using var host = await EgressHost.StartAsync(async context =>
        {
            cookies.Add(context.Request.Headers.Cookie.ToString());
            context.Response.Headers.SetCookie = "a=b";
            context.Response.Headers.ContentEncoding = "gzip";
            await context.Response.Body.WriteAsync(compressed.ToArray(), context.RequestAborted);
        });
        using var client = host.Egress().CreateClient(Local(host));

        Assert.Equal(compressed.ToArray(), await client.GetByteArrayAsync(new Uri($"{host.Address}/"), Token));
        Assert.Equal(compressed.ToArray(), await client.GetByteArrayAsync(new Uri($"{host.Address}/"), Token));
        Assert.Equal(["", ""], cookies);
    }

    [Fact]
    public async Task A_proxy_in_the_environment_gets_nothing_while_a_plain_client_would_tell_it_all()
    {
        await using var canary = new Canary();
        await using var host = await EgressHost.StartAsync(context => context.Response.WriteAsync("direct", context.RequestAborted));
        var before = s_proxyVariables.Append("NO_PROXY").Append("no_proxy").ToDictionary(name => name, Environment.GetEnvironmentVariable);
        try
        {
            foreach (var name in before.Keys)
            {
                Environment.SetEnvironmentVariable(name, name.StartsWith("no", StringComparison.OrdinalIgnoreCase) ? null : canary.Address);
            }

            using var client = host.Egress().CreateClient(Local(host));
            Assert.Equal("direct", await client.GetStringAsync(new Uri($"{host.Address}/?secret=1"), Token));
            Assert.Equal((0, 0), (canary.Connections, canary.Bytes));

            // The control: without the guard the same request goes to the proxy, so the silence above means something.
            using var plain = new HttpClient();
            var leak = plain.GetStringAsync(new Uri($"{host.Address}/?secret=1"), Token);
            await canary.Heard.WaitAsync(TimeSpan.FromSeconds(30), Token);
            Assert.True(canary.Bytes > 0);
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => leak);
        }
        finally
        {
            foreach (var (name, value) in before)
            {
                Environment.SetEnvironmentVariable(name, value);
            }
        }
    }

    [Fact]
    public async Task A_name_that_is_bound_to_another_address_meanwhile_is_refused()
    {
        await using var host = await EgressHost.StartAsync(context =>
        {
            context.Response.Headers.Connection = "close";
            return context.Response.WriteAsync("here", context.RequestAborted);
        });
        var answers = new Queue<IPAddress[]>([[IPAddress.Parse("10.0.0.5")], [IPAddress.Parse("10.0.0.5"), IPAddress.Parse("1.1.1.1")]]);
        var dialled = new List<IPEndPoint>();
        using var client = host.Egress(
            resolve: _ => answers.Dequeue(),
            dial: (endPoint, cancellationToken) =>
            {
                dialled.Add(endPoint);
                return host.DialHereAsync(endPoint, cancellationToken);
            }).CreateClient(new EgressRoute("lan", new Uri("http://models.example:8080"), AddressReach.Private));

        Assert.Equal("here", await client.GetStringAsync(new Uri("http://models.example:8080/"), Token));
        var refused = await Assert.ThrowsAsync<EgressRefusedException>(() => client.GetStringAsync(new Uri("http://models.example:8080/"), Token));

        Assert.Equal(EgressRules.AddressClass, refused.Rule);
        Assert.Equal([new IPEndPoint(IPAddress.Parse("10.0.0.5"), 8080)], dialled);
        Assert.Equal(["models.example", "models.example"], host.Asked);
        var ledger = await host.ReadLedgerAsync();
        Assert.Equal([(EgressOutcome.Completed, null), (EgressOutcome.Refused, "address_class")], ledger.Select(entry => (entry.Result.Outcome, entry.Result.Rule)));
        Assert.Equal(0, ledger[1].Result.BytesSent);
    }

    [Fact]
    public async Task A_client_reaches_its_own_endpoint_alone()
    {
        await using var canary = new Canary();
        await using var host = await EgressHost.StartAsync(context => context.Response.WriteAsync("here", context.RequestAborted));
        using var client = host.Egress().CreateClient(Local(host));

        var refused = await Assert.ThrowsAsync<EgressRefusedException>(() => client.GetStringAsync(new Uri($"{canary.Address}/?secret=1"), Token));

        Assert.Equal(EgressRules.NotConfigured, refused.Rule);
        Assert.Equal(0, canary.Connections);
        Assert.Equal(EgressRules.NotConfigured, Assert.Single(await host.ReadLedgerAsync()).Result.Rule);
    }

    [Fact]
    public async Task Offline_mode_makes_no_client_for_the_internet_and_asks_no_name_server()
    {
        await using var host = await EgressHost.StartAsync(context => context.Response.WriteAsync("here", context.RequestAborted));
        var egress = host.Egress(new EgressOptions { Offline = true, Hosts = { ["models.lan"] = "127.0.0.1" } });

        Assert.True(egress.IsOffline);
        Assert.Equal(EgressRules.Offline, Assert.Throws<EgressRefusedException>(() => egress.CreateClient(EgressHost.PublicRoute)).Rule);
        Assert.Equal(
            EgressRules.Dns,
            Assert.Throws<EgressRefusedException>(() => egress.CreateClient(new EgressRoute("lan", new Uri("http://other.lan:1"), AddressReach.Private))).Rule);
        foreach (var name in new[] { "127.0.0.1", "localhost", "models.lan", "a.localhost" })
        {
            var endpoint = new Uri($"http://{name}:{host.Port}/");
            using var client = egress.CreateClient(new EgressRoute("local", endpoint, AddressReach.Loopback));
            Assert.Equal("here", await client.GetStringAsync(endpoint, Token));
        }

        Assert.Empty(host.Asked);
    }

    [Fact]
    public async Task Only_a_certificate_of_a_trusted_authority_and_of_the_right_name_is_believed()
    {
        await using var host = await EgressHost.StartAsync(context => context.Response.WriteAsync(context.Request.Protocol, context.RequestAborted));
        using var activity = EgressActivity.Begin(EgressPurpose.Discovery, []);

        using (var trusting = host.PublicClient())
        {
            Assert.Equal("HTTP/2", await trusting.GetStringAsync(new Uri("https://api.example/v1/models"), Token));
        }

        using (var distrusting = host.PublicClient(trusted: false))
        {
            await Assert.ThrowsAsync<HttpRequestException>(() => distrusting.GetStringAsync(new Uri("https://api.example/v1/models"), Token));
        }

        var other = new EgressRoute("cloud", new Uri("https://other.example/"), AddressReach.Public);
        using var misled = host.Egress(new EgressOptions { CaFile = host.CaFile }, _ => [IPAddress.Parse("1.1.1.1")], host.DialHereAsync).CreateClient(other);
        await Assert.ThrowsAsync<HttpRequestException>(() => misled.GetStringAsync(other.Endpoint, Token));

        Assert.Equal([EgressOutcome.Completed, EgressOutcome.Failed, EgressOutcome.Failed], (await host.ReadLedgerAsync()).Select(entry => entry.Result.Outcome));
    }

    private static EgressRoute Local(EgressHost host) => new("local", new Uri(host.Address), AddressReach.Loopback);
}
