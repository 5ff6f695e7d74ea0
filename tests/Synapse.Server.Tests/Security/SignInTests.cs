using System.Net;
using Microsoft.Extensions.Time.Testing;
using Synapse.Server.Hosting;
using Synapse.Server.Security;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Security;

/// <summary>One-time links and the sessions that they begin.</summary>
public sealed class SignInTests(RunningServer server)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_works_once_and_leaves_the_address()
    {
        var link = new Uri((await server.Client.CreateSignInLinkAsync(Cancel)).Url);
        using var browser = server.Browser();
        using var first = await browser.GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, first.StatusCode);
        Assert.Equal("/", first.Headers.Location?.OriginalString);
        var cookie = first.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);

        using var second = await browser.GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, second.StatusCode);
        Assert.False(second.Headers.Contains("Set-Cookie"));
        Assert.Contains("synapse sign-in", await second.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_is_only_looked_at_is_not_used_up()
    {
        var link = new Uri((await server.Client.CreateSignInLinkAsync(Cancel)).Url);
        using var browser = server.Browser();
        using var head = await browser.SendAsync(new HttpRequestMessage(HttpMethod.Head, link), Cancel);
        Assert.False(head.Headers.Contains("Set-Cookie"));
        using var get = await browser.GetAsync(link, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, get.StatusCode);
    }

    [Fact]
    public async Task Of_many_who_open_one_link_at_once_one_gets_in()
    {
        var link = new Uri((await server.Client.CreateSignInLinkAsync(Cancel)).Url);
        using var browser = server.Browser();
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => browser.GetAsync(link, Cancel)));
        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Redirect);
        Array.ForEach(responses, response => response.Dispose());
    }

    [Fact]
    public async Task A_page_without_a_session_leads_to_sign_in()
    {
        using var browser = server.Browser();
        using var response = await browser.GetAsync("/", Cancel);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), (response.StatusCode, response.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task Signing_out_ends_the_session_for_good()
    {
        var cookie = await server.SignInAsync();
        using var browser = server.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        using var page = await browser.GetAsync("/", Cancel);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        using var signOut = new HttpRequestMessage(HttpMethod.Post, "/sign-out");
        signOut.Headers.Add("Origin", server.Address);
        using var signedOut = await browser.SendAsync(signOut, Cancel);
        Assert.Equal(HttpStatusCode.Redirect, signedOut.StatusCode);

        using var replay = await browser.GetAsync("/", Cancel);
        Assert.Equal("/sign-in", replay.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task The_form_of_a_page_signs_out_though_its_origin_is_hidden_by_the_referrer_policy()
    {
        using var browser = server.Browser();
        using var signOut = new HttpRequestMessage(HttpMethod.Post, "/sign-out") { Content = new FormUrlEncodedContent([]) };
        signOut.Headers.Add("Cookie", await server.SignInAsync());
        signOut.Headers.Add("Origin", "null");
        signOut.Headers.Add("Sec-Fetch-Site", "same-origin");
        using var signedOut = await browser.SendAsync(signOut, Cancel);
        Assert.Equal((HttpStatusCode.Redirect, "/sign-in"), (signedOut.StatusCode, signedOut.Headers.Location?.OriginalString));
    }

    [Fact]
    public async Task A_session_that_was_planted_before_signing_in_is_not_the_one_that_is_used()
    {
        var planted = await server.SignInAsync();
        using var browser = server.Browser();
        browser.DefaultRequestHeaders.Add("Cookie", planted);
        using var response = await browser.GetAsync(new Uri((await server.Client.CreateSignInLinkAsync(Cancel)).Url), Cancel);
        Assert.NotEqual(planted, response.Headers.GetValues("Set-Cookie").Last().Split(';')[0]);

        using var old = await browser.GetAsync("/", Cancel);
        Assert.Equal("/sign-in", old.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_link_stops_to_work_when_its_time_is_over()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        var links = Links(folder, time);
        var token = (await links.CreateAsync(Cancel)).Token;
        time.Advance(TimeSpan.FromMinutes(15));
        Assert.False(await links.RedeemAsync(token, Cancel));
        Assert.False(await links.RedeemAsync("", Cancel));
        Assert.True(await links.RedeemAsync((await links.CreateAsync(Cancel)).Token, Cancel));
    }

    [Fact]
    public async Task A_session_ends_when_it_is_idle_and_when_it_is_old()
    {
        using var folder = new TemporaryFolder();
        var time = new FakeTimeProvider();
        var sessions = Sessions(Options(folder), time);
        var idle = SessionStore.KeyOf(await sessions.BeginAsync(Cancel));
        time.Advance(TimeSpan.FromHours(8));
        Assert.True(await sessions.UseKeyAsync(idle, Cancel));
        time.Advance(TimeSpan.FromHours(8) + TimeSpan.FromSeconds(1));
        Assert.False(await sessions.UseKeyAsync(idle, Cancel));

        // 7 days at most: 21 uses eight hours apart keep it from being idle, the 22nd finds it too old.
        var old = SessionStore.KeyOf(await sessions.BeginAsync(Cancel));
        for (var use = 0; use < 21; use++)
        {
            time.Advance(TimeSpan.FromHours(8));
            Assert.True(await sessions.UseKeyAsync(old, Cancel));
        }

        time.Advance(TimeSpan.FromHours(8));
        Assert.False(await sessions.UseKeyAsync(old, Cancel));
    }

    [Fact]
    public async Task Sessions_outlive_a_restart_and_their_file_gives_nobody_one()
    {
        using var folder = new TemporaryFolder();
        var options = Options(folder);
        var time = new FakeTimeProvider();
        var id = await Sessions(options, time).BeginAsync(Cancel);
        Assert.True(await Sessions(options, time).UseKeyAsync(SessionStore.KeyOf(id), Cancel));
        Assert.DoesNotContain(id, await File.ReadAllTextAsync(options.DataFolder.SessionsPath, Cancel), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(options.DataFolder.SessionsPath));
    }

    [Fact]
    public async Task Tokens_have_256_random_bits_and_never_repeat()
    {
        using var folder = new TemporaryFolder();
        var links = Links(folder, TimeProvider.System);
        var tokens = (await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => links.CreateAsync(Cancel).AsTask()))).Select(link => link.Token).ToList();
        Assert.Equal(200, tokens.Distinct().Count());

        // 32 bytes in base64 without padding: ceil(32 · 8 / 6) = 43 characters.
        Assert.All(tokens, token => Assert.Equal(43, token.Length));
    }

    private static SessionStore Sessions(ServerOptions options, TimeProvider time) => new(new FileSignInStore(options), options, time);

    private static SignInLinks Links(TemporaryFolder folder, TimeProvider time)
    {
        var options = Options(folder);
        return new SignInLinks(new FileSignInStore(options), options, time);
    }

    private static ServerOptions Options(TemporaryFolder folder)
    {
        var data = new DataFolder(Path.Combine(folder.Path, "data"));
        data.Create();
        return new ServerOptions { DataFolder = data };
    }
}
