using Microsoft.Extensions.Time.Testing;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Postgres.Tests;

/// <summary>Who is signed in, and how the database is, as two servers see it.</summary>
public sealed class SignInRowsTests
{
    private static readonly DateTimeOffset s_start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_link_is_taken_once_and_not_after_its_time()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        await using var one = Stores.Open(database);
        await using var two = Stores.Open(database);
        Assert.Equal(one.SharedId, two.SharedId);
        Assert.Equal(32, one.SharedId.Length);

        await one.AddLinkAsync("a", s_start, s_start.AddMinutes(15), Cancel);
        await one.AddLinkAsync("b", s_start, s_start.AddMinutes(15), Cancel);
        Assert.True(await two.TakeLinkAsync("a", s_start.AddMinutes(14), Cancel));
        Assert.False(await one.TakeLinkAsync("a", s_start.AddMinutes(14), Cancel));
        Assert.False(await two.TakeLinkAsync("b", s_start.AddMinutes(15), Cancel));
        Assert.False(await two.TakeLinkAsync("unknown", s_start, Cancel));

        await one.AddLinkAsync("old", s_start, s_start.AddMinutes(1), Cancel);
        await one.AddLinkAsync("new", s_start.AddMinutes(1), s_start.AddMinutes(2), Cancel);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM synapse.sign_in_links", Cancel));
    }

    [Fact]
    public async Task A_session_goes_on_while_it_is_used_on_either_and_ends_with_its_times()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        await using var one = Stores.Open(database);
        await using var two = Stores.Open(database);
        await one.AddSessionAsync("key", At(0), Cancel);
        Assert.True(await two.UseSessionAsync("key", At(8), Cancel));
        Assert.True(await one.UseSessionAsync("key", At(16), Cancel));
        Assert.False(await two.UseSessionAsync("key", At(24.1), Cancel));
        Assert.False(await two.UseSessionAsync("other", At(16), Cancel));

        // Used all the time, and yet not for longer than it may last.
        await one.AddSessionAsync("long", At(100), Cancel);
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM synapse.sessions", Cancel));
        for (var hour = 108; hour <= 100 + 48; hour += 8)
        {
            Assert.True(await two.UseSessionAsync("long", At(hour), Cancel));
        }

        Assert.False(await two.UseSessionAsync("long", At(100 + 48.1), Cancel));
        await one.AddSessionAsync("ended", At(200), Cancel);
        await one.RemoveSessionAsync("ended", Cancel);
        Assert.False(await two.UseSessionAsync("ended", At(200), Cancel));
    }

    [Fact]
    public async Task The_second_who_would_make_the_first_key_waits_for_the_first()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        await using var one = Stores.Open(database);
        await using var two = Stores.Open(database);
        var held = await one.LockKeysAsync(Cancel);
        var waiting = two.LockKeysAsync(Cancel).AsTask();
        one.AddKey("key-1", "<key/>");
        Assert.False(waiting.IsCompleted);
        await held.DisposeAsync();
        await using (await waiting)
        {
            Assert.Equal(["<key/>"], two.ListKeys());
        }
    }

    [Fact]
    public async Task Too_few_connections_are_told_with_a_cure()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { Settings = new Dictionary<string, string> { ["max_connections"] = "12" } }, Cancel);
        await using var database = await server.CreateDatabaseAsync(Cancel);
        await using var store = Stores.Open(database, time: new FakeTimeProvider(s_start));
        var steps = await store.DiagnoseAsync(Cancel);
        Assert.Equal([StoreFindings.Ready, StoreFindings.ConnectionsFew, StoreFindings.Disk], steps.Select(step => step.Code));
        Assert.Contains("of 9 connections are free", steps[1].Finding, StringComparison.Ordinal);
        Assert.Contains("Synapse:Postgres:PoolSize", steps[1].Cure, StringComparison.Ordinal);
    }

    // Sessions of 48 hours at most, 8 of them idle.
    private static SessionWindow At(double hours)
    {
        var now = s_start.AddHours(hours);
        return new SessionWindow(now, now.AddHours(-48), now.AddHours(-8));
    }
}
