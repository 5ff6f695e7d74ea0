using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Contracts;
using Synapse.PostgresServers;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Team;

/// <summary>Two servers on one database, as behind a load balancer: which of them is asked makes no difference.</summary>
public sealed class TwoServersTests : IAsyncLifetime
{
    private const string Shared = "0123456789abcdef0123456789abcdef0123456789abcdef";
    private readonly TemporaryFolder _folder = new();
    private PostgresDatabase? _database;
    private TeamServer? _one;
    private TeamServer? _two;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private TeamServer One => _one!;

    private TeamServer Two => _two!;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);

        // Together, on an empty database: one makes the schema and the first key, the other finds them.
        var servers = await Task.WhenAll(
            TeamServer.StartAsync(_database, _folder, "one", ("SYNAPSE_TOKEN", Shared)), TeamServer.StartAsync(_database, _folder, "two", ("SYNAPSE_TOKEN", Shared)));
        (_one, _two) = (servers[0], servers[1]);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { _one, _two }.OfType<TeamServer>())
        {
            await server.DisposeAsync();
        }

        if (_database is not null)
        {
            await _database.DisposeAsync();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Who_signs_in_on_one_is_signed_in_on_the_other_and_out_on_both()
    {
        var cookie = await Two.SignInAsync(await One.NewLinkAsync());
        Assert.NotNull(cookie);
        Assert.Equal(HttpStatusCode.OK, await GetPageAsync(One, cookie));
        Assert.Equal(HttpStatusCode.OK, await GetPageAsync(Two, cookie));

        using var browser = One.Http(cookie: cookie);
        using var signOut = new HttpRequestMessage(HttpMethod.Post, "/sign-out");
        signOut.Headers.Add("Origin", One.Address);
        using var signedOut = await browser.SendAsync(signOut, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, signedOut.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, await GetPageAsync(Two, cookie));
        Assert.DoesNotContain(cookie.Split('=')[1], await _database!.ScalarAsync<string>("SELECT string_agg(key, ' ') || '.' FROM (SELECT key FROM synapse.sessions UNION ALL SELECT '') s", Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_many_who_open_one_link_on_both_at_once_one_gets_in()
    {
        for (var round = 0; round < 5; round++)
        {
            var link = await One.NewLinkAsync();
            var cookies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => (i % 2 == 0 ? One : Two).SignInAsync(link)));
            Assert.Single(cookies, cookie => cookie is not null);
        }
    }

    [Fact]
    public void What_one_protects_the_other_reads()
    {
        Assert.False(Directory.EnumerateFiles(Path.Combine(_folder.Path, "one", "keys")).Any());
        var secret = One.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Protect("page");
        Assert.Equal("page", Two.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test").Unprotect(secret));
    }

    [Fact]
    public async Task One_token_opens_both_and_each_keeps_its_own()
    {
        Assert.NotEqual(One.Token, Two.Token);
        foreach (var (server, token, expected) in new[]
        {
            (One, Shared, HttpStatusCode.OK), (Two, Shared, HttpStatusCode.OK), (One, One.Token, HttpStatusCode.OK), (Two, One.Token, HttpStatusCode.Unauthorized),
        })
        {
            using var program = server.Http(token);
            using var response = await program.GetAsync("/api/v1/collections", Cancel);
            Assert.Equal(expected, response.StatusCode);
        }
    }

    [Fact]
    public async Task What_one_stores_the_other_finds_at_once()
    {
        await One.IndexAsync(SampleDocuments.WriteTo(_folder), "sample");

        // No wait: a search sees what was committed before it began, whoever committed it.
        Assert.Contains((await Two.Client.ListCollectionsAsync(Cancel)).Collections, collection => collection.Name == "sample");
        Assert.Equal("lease.md", (await Two.Client.SearchAsync(new SearchRequest("notice period"), Cancel)).Hits[0].Document);

        await Two.Client.DeleteCollectionAsync("sample", Cancel);
        Assert.Empty((await One.Client.SearchAsync(new SearchRequest("notice period"), Cancel)).Hits);
    }

    private static async Task<HttpStatusCode> GetPageAsync(TeamServer server, string cookie)
    {
        using var browser = server.Http(cookie: cookie);
        using var page = await browser.GetAsync("/library", Cancel);
        return page.StatusCode;
    }
}
