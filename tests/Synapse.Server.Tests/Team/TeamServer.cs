using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Synapse.Contracts;
using Synapse.PostgresServers;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Team;

/// <summary>One of several servers on one database, with a data folder of its own.</summary>
internal sealed class TeamServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TeamServer(WebApplication app, string address, string token)
    {
        _app = app;
        Address = address;
        Token = token;
        Client = new SynapseClient(address, token);
    }

    public string Address { get; }

    public string Token { get; }

    public SynapseClient Client { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts a server whose only setting is the database, as an operator would start it.</summary>
    public static Task<TeamServer> StartAsync(PostgresDatabase database, TemporaryFolder folder, string name, params (string Name, string Value)[] settings)
        => StartAloneAsync(folder, name, [("DATABASE_URL", database.Url), .. settings]);

    /// <summary>Starts a server with these settings; without a database, everything is in its data folder.</summary>
    public static async Task<TeamServer> StartAloneAsync(TemporaryFolder folder, string name, params (string Name, string Value)[] settings)
    {
        var data = new DataFolder(Path.Combine(folder.Path, name));
        var json = new JsonObject();
        foreach (var (key, value) in settings)
        {
            json[key] = value;
        }

        folder.Write($"{name}/appsettings.json", json.ToJsonString());
        var app = SynapseServer.Build(new ServerOptions { DataFolder = data, Port = 0, LogLevel = LogLevel.Critical });
        try
        {
            var address = await SynapseServer.StartAsync(app, TestContext.Current.CancellationToken);
            return new TeamServer(app, address!, ApiToken.Read(data)!.Value);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client for raw requests, with a credential where one is given.</summary>
    public HttpClient Http(string? token = null, string? cookie = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(Address) };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (cookie is not null)
        {
            client.DefaultRequestHeaders.Add("Cookie", cookie);
        }

        return client;
    }

    /// <summary>The token of a new one-time link.</summary>
    public async Task<string> NewLinkAsync() => new Uri((await Client.CreateSignInLinkAsync(TestContext.Current.CancellationToken)).Url).PathAndQuery;

    /// <summary>Opens a one-time link.</summary>
    /// <returns>The cookie, as a browser sends it back; null when the link is refused.</returns>
    public async Task<string?> SignInAsync(string link)
    {
        using var browser = Http();
        using var response = await browser.GetAsync(link, TestContext.Current.CancellationToken);
        return response.StatusCode == HttpStatusCode.Redirect ? response.Headers.GetValues("Set-Cookie").Single().Split(';')[0] : null;
    }

    /// <summary>Indexes a folder, and waits until that is done.</summary>
    public async Task IndexAsync(string path, string collection)
    {
        var added = await Client.AddSourceAsync(new AddSourceRequest(path, collection), TestContext.Current.CancellationToken);
        await foreach (var job in Client.FollowJobAsync(added.Job.Id, TestContext.Current.CancellationToken))
        {
            Assert.True(job.State is "queued" or "running" or "waiting" or "completed", job.ErrorMessage);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
