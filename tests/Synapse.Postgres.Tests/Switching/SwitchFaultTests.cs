using Npgsql;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.StoreConformance;
using Synapse.Switching;

namespace Synapse.Postgres.Tests.Switching;

/// <summary>A switch whose server crashes, or whose connections are ended, in the middle of a step: the step is done wholly or not at all, and what is left is done by whoever comes next.</summary>
public sealed class SwitchFaultTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_crash_in_the_middle_of_filling_costs_what_was_being_added_and_nothing_else()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { IsDurable = true }, Token);
        await using var database = await server.CreateDatabaseAsync(Token);
        await using var store = Open(database);
        var collection = await SwitchingCollection.BeginAsync(store, database, 30);
        var first = await store.ListUnembeddedAsync(collection.Id, 10, Token);
        await store.AddShadowAsync(collection.Id, SwitchingCollection.To.Fingerprint, [.. first.Select(document => SwitchingCollection.Embed(document))], Token);

        var next = await store.ListUnembeddedAsync(collection.Id, 10, Token);
        await CrashAsync(
            database, "LOCK TABLE synapse.model_switches IN EXCLUSIVE MODE",
            () => store.AddShadowAsync(collection.Id, SwitchingCollection.To.Fingerprint, [.. next.Select(document => SwitchingCollection.Embed(document))], Token).AsTask());

        Assert.Equal(new SwitchProgress(30, 10, 60, 20, 0), (await collection.FindAsync()).Progress);
        await collection.CheckWholeAsync();
        await collection.FillAsync(10);
        Assert.True((await collection.FindAsync()).Progress.IsComplete);
        Assert.True(await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await collection.CheckSearchedAsync(SwitchingCollection.To);
        await collection.CheckWholeAsync();
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_the_switch_leaves_it_to_be_made()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { IsDurable = true }, Token);
        await using var database = await server.CreateDatabaseAsync(Token);
        await using var store = Open(database);
        var collection = await SwitchingCollection.BeginAsync(store, database, 10);
        await collection.FillAsync();
        await CrashAsync(database, "LOCK TABLE synapse.collection_spaces IN EXCLUSIVE MODE", () => store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token).AsTask());

        await collection.CheckSearchedAsync(StoreHarness.Space);
        Assert.Equal(SwitchWish.Switch, (await collection.FindAsync()).Wish);
        Assert.True(await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        // What is made stays made, whatever crashes next.
        await server.StopAsync("immediate", Token);
        await server.StartAsync(Token);
        await collection.CheckSearchedAsync(SwitchingCollection.To);
        Assert.False(await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await collection.CheckWholeAsync();
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_building_the_index_is_followed_by_another_build()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { IsDurable = true }, Token);
        await using var database = await server.CreateDatabaseAsync(Token);
        await using var store = Open(database);
        var collection = await SwitchingCollection.BeginAsync(store, database, 200);
        await collection.FillAsync();
        // The build waits for whoever writes to the table.
        await CrashAsync(database, "LOCK TABLE synapse.vectors_2 IN ROW EXCLUSIVE MODE", () => store.PrepareSwapAsync(collection.Id, Token).AsTask());

        const string Validity = "SELECT indisvalid FROM pg_index WHERE indexrelid::regclass::text LIKE 'synapse.vectors\\_2\\_of\\_1\\_%'";
        Assert.False(await database.ScalarAsync<bool>(Validity, Token));
        await store.PrepareSwapAsync(collection.Id, Token);
        Assert.True(await database.ScalarAsync<bool>(Validity, Token));
        Assert.True(await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        Assert.Equal(("7.txt", 1f), await collection.NearestAsync("first 7.txt", SwitchingCollection.To) is { } nearest ? (nearest.Path, MathF.Round(nearest.Score, 2)) : default);
    }

    [Fact]
    public async Task Steps_whose_connection_is_ended_are_done_once_more()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        await using var store = Open(database);
        var collection = await SwitchingCollection.BeginAsync(store, database, 10);
        var lacking = await store.ListUnembeddedAsync(collection.Id, 10, Token);
        await BreakAsync(
            database, "LOCK TABLE synapse.model_switches IN EXCLUSIVE MODE", () => database.TerminateBackendsAsync(Token),
            () => store.AddShadowAsync(collection.Id, SwitchingCollection.To.Fingerprint, [.. lacking.Select(document => SwitchingCollection.Embed(document))], Token).AsTask());
        Assert.Equal(new SwitchProgress(10, 10, 20, 20, 0), (await collection.FindAsync()).Progress);
        await BreakAsync(
            database, "LOCK TABLE synapse.collection_spaces IN EXCLUSIVE MODE", () => database.TerminateBackendsAsync(Token),
            async () => Assert.True(await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token)));
        await collection.CheckSearchedAsync(SwitchingCollection.To);
        await collection.CheckWholeAsync();
    }

    [Fact]
    public async Task A_switch_whose_answer_is_lost_is_asked_about_and_not_made_again()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        await using var proxy = new CuttingProxy(database.Server.Port);
        await using var store = Stores.Open(Stores.Address(database.Url.Replace($":{database.Server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal) + "?sslmode=disable"));
        var collection = await SwitchingCollection.BeginAsync(store, database, 10);
        proxy.SwallowCommits(1);
        await collection.FillAsync();
        Assert.Equal((1, new SwitchProgress(10, 10, 20, 20, 0)), (proxy.Swallowed, (await collection.FindAsync()).Progress));
        proxy.SwallowCommits(1);
        Assert.True(await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        Assert.Equal(2, proxy.Swallowed);
        await collection.CheckSearchedAsync(SwitchingCollection.To);
        await collection.CheckWholeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_removal_that_was_broken_off_goes_on_and_leaves_what_is_searched(bool isSwitched)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        await using var store = Open(database);
        // More documents than one portion takes.
        var collection = await SwitchingCollection.BeginAsync(store, database, 1_100);
        await collection.FillAsync(400);
        Assert.Equal(isSwitched, isSwitched && await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        var (searched, shadow) = isSwitched ? (SwitchingCollection.To, 1) : (StoreHarness.Space, 2);
        if (isSwitched)
        {
            await collection.CommitAsync("late.txt");
        }

        await database.ExecuteAsync(
            """
            CREATE FUNCTION synapse.break_off() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$;
            CREATE TRIGGER breaks BEFORE UPDATE ON synapse.documents FOR EACH ROW WHEN (OLD.path = '99.txt') EXECUTE FUNCTION synapse.break_off();
            """,
            Token);
        await Assert.ThrowsAsync<DiskFullException>(() => store.RemoveShadowAsync(collection.Id, Token).AsTask());
        var half = await collection.FindAsync();
        // By path, '99.txt' is the last of the names that are numbers, and the portion before is gone.
        Assert.Equal((SwitchWish.Remove, isSwitched ? 101 : 100), (half.Wish, half.Progress.DocumentsDone + (isSwitched ? 1 : 0)));
        await collection.CheckSearchedAsync(searched);
        await collection.CheckWholeAsync();
        // Nothing is added to what is being removed.
        foreach (var document in await store.ListUnembeddedAsync(collection.Id, 5, Token))
        {
            await store.AddShadowAsync(collection.Id, half.Shadow.Fingerprint, [SwitchingCollection.Embed(document, half.Shadow)], Token);
        }

        Assert.Equal(half.Progress, (await collection.FindAsync()).Progress);
        await database.ExecuteAsync("DROP TRIGGER breaks ON synapse.documents", Token);
        await store.RemoveShadowAsync(collection.Id, Token);
        Assert.Null(await store.FindSwitchAsync(AccessScope.Everything, collection.Id, Token));
        Assert.Equal(0L, await database.ScalarAsync<long>($"SELECT count(*) FROM synapse.vectors_{shadow}", Token));
        await collection.CheckSearchedAsync(searched);
        await collection.CheckWholeAsync();
        await store.RemoveShadowAsync(collection.Id, Token);

        // And the collection can switch again.
        var again = await store.BeginSwitchAsync(collection.Id, isSwitched ? StoreHarness.Space : SwitchingCollection.To, SwitchWish.Hold, Token);
        Assert.Equal((0L, searched), (again.Progress.DocumentsDone, again.From));
        await collection.CheckWholeAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_switch_holds_goes_with_its_source_and_its_collection(bool isSource)
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        await using var store = Open(database);
        var collection = await SwitchingCollection.BeginAsync(store, database, 20);
        await collection.FillAsync();
        Assert.True(await store.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await collection.CommitAsync("late.txt");
        Assert.True(isSource
            ? await store.RemoveSourceAsync(AccessScope.Everything, collection.SourceId, Token)
            : await store.RemoveCollectionAsync(AccessScope.Everything, collection.Id, Token));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT (SELECT count(*) FROM synapse.vectors_1) + (SELECT count(*) FROM synapse.vectors_2)", Token));
        Assert.Equal(isSource ? default(SwitchProgress) : null, (await store.FindSwitchAsync(AccessScope.Everything, collection.Id, Token))?.Progress);
        await collection.CheckWholeAsync();
    }

    private static PostgresStore Open(PostgresDatabase database)
        => Stores.Open(database, new PostgresOptions { IndexedFrom = 300, MaintainsItself = false, ConnectTimeout = TimeSpan.FromSeconds(30) });

    /// <summary>Crashes the server while a step waits in its middle, and starts it again.</summary>
    private static async Task CrashAsync(PostgresDatabase database, string hindrance, Func<Task> step)
    {
        await BreakAsync(database, hindrance, () => database.Server.StopAsync("immediate", Token), () => Assert.ThrowsAsync<StoreUnavailableException>(step));
        await database.Server.StartAsync(Token);
    }

    /// <summary>Breaks connections while a step waits for a lock of the test.</summary>
    private static async Task BreakAsync(PostgresDatabase database, string hindrance, Func<Task> breaking, Func<Task> step)
    {
        await using var connection = await database.ConnectAsync(Token);
        await using var transaction = await connection.BeginTransactionAsync(Token);
        await using (var command = new NpgsqlCommand(hindrance, connection, transaction))
        {
            await command.ExecuteNonQueryAsync(Token);
        }

        var working = step();
        while (await database.ScalarAsync<long>($"SELECT count(*) FROM pg_stat_activity WHERE datname = '{database.Name}' AND wait_event_type = 'Lock'", Token) == 0)
        {
            Assert.False(working.IsCompleted);
        }

        await breaking();
        await working;
    }
}
