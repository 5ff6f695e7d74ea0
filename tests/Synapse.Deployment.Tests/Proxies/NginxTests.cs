using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Synapse.Contracts;
using Synapse.Deployment.Tests.TestSupport;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Proxies;

/// <summary>The example of a proxy before the server, in a real nginx: names, encryption, cookies, streams.</summary>
public sealed class NginxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Browsers_sign_in_and_programs_ask_through_the_proxy()
    {
        var (port, own) = (NginxProxy.FreePort(), NginxProxy.FreePort());
        await using var proxy = await NginxProxy.StartAsync(_folder, port, own, Token);
        _folder.Write("handbook/cats.md", "# Cats\n\nThe office cat is called Euler and sleeps on the printer.\n");
        var data = new DataFolder(_folder.CreateFolder("data"));
        await using var server = SynapseServer.Build(new ServerOptions { DataFolder = data, Port = own, PublicUrl = proxy.Address });
        Assert.Equal($"https://localhost:{port}", await SynapseServer.StartAsync(server, Token));

        // A browser: the link, the cookie for encrypted connections alone, the page and what it loads.
        var link = await SynapseServer.CreateSignInLinkAsync(server, Token);
        using var signedIn = await proxy.Client.GetAsync(new Uri(link.Url), Token);
        Assert.Equal(HttpStatusCode.Redirect, signedIn.StatusCode);
        var cookie = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"));
        Assert.Contains("secure", cookie, StringComparison.OrdinalIgnoreCase);
        proxy.Client.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        await ServedPage.AssertWholeAsync(proxy.Client, Token);
        proxy.Client.DefaultRequestHeaders.Remove("Cookie");

        // A program: its token, and an answer as a stream of events.
        proxy.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(data.TokenPath, Token)).Trim());
        using var client = SynapseServer.CreateClient(server);
        var added = await client.AddSourceAsync(new AddSourceRequest(Path.Combine(_folder.Path, "handbook")), Token);
        while (!(await client.GetJobAsync(added.Job.Id, Token)).Finished)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }

        using var question = new HttpRequestMessage(HttpMethod.Post, "/api/v1/answers") { Content = JsonContent.Create(new { question = "Where does the office cat sleep?" }) };
        question.Headers.Accept.ParseAdd("text/event-stream");
        using var answer = await proxy.Client.SendAsync(question, Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        Assert.Contains("printer", await answer.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        await server.StopAsync(Token);
    }

    // The limit is there for a proxy that does hold back: it would wait for ever.
    [Fact(Timeout = 120_000)]
    public async Task An_event_comes_through_before_the_next_one_is_made()
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (port, own) = (NginxProxy.FreePort(), NginxProxy.FreePort());
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await StartStreamAsync(own, seen.Task);
        await using var proxy = await NginxProxy.StartAsync(_folder, port, own, cancellation);

        using var reply = await proxy.Client.GetAsync(new Uri("/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
        using var reader = new StreamReader(await reply.Content.ReadAsStreamAsync(cancellation));

        // The upstream does not go on before this was read: a proxy that holds back would let both wait for ever.
        Assert.Equal("data: first", await reader.ReadLineAsync(cancellation));
        seen.SetResult();
        Assert.Equal("\ndata: second\n\n", await reader.ReadToEndAsync(cancellation));
    }

    private static async Task<WebApplication> StartStreamAsync(int port, Task seen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{port}");
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync("data: first\n\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await seen.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("data: second\n\n", context.RequestAborted);
        });
        await app.StartAsync(Token);
        return app;
    }
}
