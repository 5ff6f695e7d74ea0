using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Synapse.Contracts;
using Synapse.Server.Hosting;
using Synapse.Server.Security;

[assembly: System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
[assembly: AssemblyFixture(typeof(Synapse.Server.Tests.TestSupport.RunningServer))]

namespace Synapse.Server.Tests.TestSupport;

/// <summary>A real server on a free loopback port, with the sample documents indexed in the collection "sample".</summary>
public sealed class RunningServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private WebApplication? _app;

    public string Address { get; private set; } = "";

    public string SamplePath { get; private set; } = "";

    public string DataPath => Path.Combine(_folder.Path, "data");

    public string Token { get; private set; } = "";

    public SynapseClient Client { get; private set; } = null!;

    public IServiceProvider Services => _app!.Services;

    public async ValueTask InitializeAsync()
    {
        SamplePath = SampleDocuments.WriteTo(_folder);
        var options = new ServerOptions { DataFolder = new DataFolder(DataPath), Port = 0, LogLevel = LogLevel.Warning };
        _app = SynapseServer.Build(options);
        Address = (await SynapseServer.StartAsync(_app, TestContext.Current.CancellationToken))!;
        Token = ApiToken.Read(options.DataFolder)!.Value;
        Client = new SynapseClient(Address, Token);
        var added = await Client.AddSourceAsync(new AddSourceRequest(SamplePath, "sample"), TestContext.Current.CancellationToken);
        await foreach (var job in Client.FollowJobAsync(added.Job.Id, TestContext.Current.CancellationToken))
        {
            Assert.True(job.State is "queued" or "running" or "completed", job.ErrorMessage);
        }
    }

    /// <summary>A client for raw requests: no redirects, no cookies, no credential.</summary>
    public HttpClient Browser()
        => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Address) };

    /// <summary>A client for raw requests with the token.</summary>
    public HttpClient Program()
    {
        var client = Browser();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    /// <summary>Signs a browser in by a one-time link, and returns its cookie as the Cookie header has it.</summary>
    public async Task<string> SignInAsync()
    {
        using var browser = Browser();
        using var response = await browser.GetAsync(new Uri((await SynapseServer.CreateSignInLinkAsync(_app!, TestContext.Current.CancellationToken)).Url), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return response.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        _folder.Dispose();
    }
}
