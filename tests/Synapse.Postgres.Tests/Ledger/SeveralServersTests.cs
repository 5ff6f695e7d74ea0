using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.Privacy;

namespace Synapse.Postgres.Tests.Ledger;

/// <summary>Several servers write one ledger.</summary>
public sealed class SeveralServersTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_another_server_has_under_way_is_left_open_until_that_one_is_gone()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        var first = Stores.Open(database);
        var underWay = await BeginAsync(first);
        await using (var second = Stores.Open(database))
        {
            Assert.Equal([EgressOutcome.Open], await OutcomesAsync(second));
            var later = await BeginAsync(second);
            Assert.True(later > underWay);
        }

        await using (var third = Stores.Open(database))
        {
            // The second's is closed, the first's goes on.
            Assert.Equal([EgressOutcome.Interrupted, EgressOutcome.Open], await OutcomesAsync(third));
            first.Complete(underWay, new EgressResult(EgressOutcome.Completed, 200, null, 1, 1, TimeSpan.Zero));
            await first.DisposeAsync();
            Assert.Equal([EgressOutcome.Interrupted, EgressOutcome.Completed], await OutcomesAsync(third));
        }
    }

    [Fact]
    public async Task Keys_of_two_servers_ascend_together()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        await using var one = Stores.Open(database);
        await using var two = Stores.Open(database);
        var keys = new List<long>();
        for (var i = 0; i < 10; i++)
        {
            keys.Add(await BeginAsync(i % 2 == 0 ? one : two));
        }

        Assert.Equal(keys.Order().Distinct(), keys);
        Assert.Equal(Enumerable.Reverse(keys), (await one.ListAsync(AccessScope.Everything, new EgressFilter(), null, 100, Token)).Select(entry => entry.Id));
    }

    [Fact]
    public async Task A_server_that_lost_its_connection_is_still_there()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        await using var first = Stores.Open(database);
        await BeginAsync(first);
        await database.TerminateBackendsAsync(Token);
        var again = await BeginAsync(first);
        await using var second = Stores.Open(database);
        Assert.Equal(EgressOutcome.Open, (await second.ListAsync(AccessScope.Everything, new EgressFilter(), null, 100, Token)).Single(entry => entry.Id == again).Result.Outcome);
    }

    private static async Task<IEnumerable<EgressOutcome>> OutcomesAsync(PostgresStore store)
        => (await store.ListAsync(AccessScope.Everything, new EgressFilter(), null, 100, Token)).Select(entry => entry.Result.Outcome);

    private static Task<long> BeginAsync(PostgresStore store)
        => store.BeginAsync(new EgressAttempt(DateTimeOffset.UnixEpoch, "openai", "openai:443", AddressReach.Public, EgressPurpose.Chat, []), Token).AsTask();
}
