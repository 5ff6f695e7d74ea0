using Npgsql;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.Switching;

namespace Synapse.Postgres.Tests.Switching;

/// <summary>A large collection has an index of vectors before the switch as after it.</summary>
public sealed class SwitchedIndexTests : IAsyncLifetime
{
    private const string Indexes =
        "SELECT coalesce(array_agg(regexp_replace(indexrelid::regclass::text, '_\\d+_\\d+$', '') || CASE WHEN indisvalid THEN '' ELSE ' broken' END ORDER BY indexrelid::regclass::text), '{}')"
        + " FROM pg_index WHERE indexrelid::regclass::text LIKE 'synapse.vectors\\_%\\_of\\_%'";

    private PostgresDatabase _database = null!;
    private PostgresStore[] _stores = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        _stores = [Open(), Open()];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }

        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_large_collection_gets_the_index_of_its_new_space_before_the_switch_and_loses_that_of_the_old_one_with_it()
    {
        var collection = await SwitchingCollection.BeginAsync(_stores[0], _database, 600);
        await _stores[0].MaintainAsync(Token);
        await collection.FillAsync(300);
        // What may come to nothing costs no build.
        await _stores[0].MaintainAsync(Token);
        Assert.Equal(["synapse.vectors_1_of_1"], await IndexesAsync());

        // Two at once: the second waits for the first.
        await Task.WhenAll(_stores.Select(store => store.PrepareSwapAsync(collection.Id, Token).AsTask()));
        Assert.Equal(["synapse.vectors_1_of_1", "synapse.vectors_2_of_1"], await IndexesAsync());
        Assert.True(await _stores[0].SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        Assert.Equal(("42.txt", 1f), await NearestAsync(collection.On(_stores[1])));
        Assert.True(await ScansAsync("vectors_2_of_1") > 0, "The search after the switch did not use its index.");
        Assert.Equal(0, await ScansAsync("vectors_1_of_1"));

        // Documents that come are found through both.
        await collection.CommitAsync("new.txt");
        Assert.Equal(("new.txt", 1f), await collection.NearestAsync("first new.txt", SwitchingCollection.To) is { } found ? (found.Path, MathF.Round(found.Score, 2)) : default);

        await _stores[1].RemoveShadowAsync(collection.Id, Token);
        Assert.Equal(["synapse.vectors_2_of_1"], await IndexesAsync());
        Assert.Equal(("42.txt", 1f), await NearestAsync(collection));
        await _stores[0].MaintainAsync(Token);
        Assert.Equal(["synapse.vectors_2_of_1"], await IndexesAsync());
        await collection.CheckWholeAsync();
    }

    [Fact]
    public async Task A_small_collection_needs_none()
    {
        var collection = await SwitchingCollection.BeginAsync(_stores[0], _database, 20);
        await collection.FillAsync();
        await _stores[0].PrepareSwapAsync(collection.Id, Token);
        await _stores[0].PrepareSwapAsync(collection.Id + 1, Token);
        Assert.Empty(await IndexesAsync());
        Assert.True(await _stores[0].SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await collection.CheckSearchedAsync(SwitchingCollection.To);
    }

    [Fact]
    public async Task Both_indexes_go_with_the_collection()
    {
        var collection = await SwitchingCollection.BeginAsync(_stores[0], _database, 600);
        await _stores[0].MaintainAsync(Token);
        await collection.FillAsync(300);
        await _stores[0].PrepareSwapAsync(collection.Id, Token);
        Assert.Equal(2, (await IndexesAsync()).Length);
        Assert.True(await _stores[1].RemoveCollectionAsync(Synapse.Library.AccessScope.Everything, collection.Id, Token));
        Assert.Empty(await IndexesAsync());
    }

    [Fact]
    public async Task The_next_documents_to_embed_are_found_without_reading_those_that_are_done()
    {
        var collection = await SwitchingCollection.BeginAsync(_stores[0], _database, 2_000);
        await collection.FillAsync(1_000);
        await collection.CommitAsync("new.txt");
        await _database.ExecuteAsync("VACUUM ANALYZE synapse.documents", Token);
        Assert.Equal("new.txt", Assert.Single(await _stores[0].ListUnembeddedAsync(collection.Id, 10, Token)).Path);
        await using var connection = await _database.ConnectAsync(Token);
        await using var command = new NpgsqlCommand(
            $"EXPLAIN SELECT d.id, d.path FROM synapse.documents AS d WHERE d.collection_id = {collection.Id} AND d.second_space_id = 0 ORDER BY d.id LIMIT 10", connection);
        await using var rows = await command.ExecuteReaderAsync(Token);
        var plan = new List<string>();
        while (await rows.ReadAsync(Token))
        {
            plan.Add(rows.GetString(0));
        }

        Assert.Contains("documents_in_one_space", string.Join('\n', plan), StringComparison.Ordinal);
    }

    private PostgresStore Open() => Stores.Open(_database, new PostgresOptions { IndexedFrom = 1_000, MaintainsItself = false });

    private static async Task<(string Path, float Score)> NearestAsync(SwitchingCollection collection)
        => await collection.NearestAsync("first 42.txt", SwitchingCollection.To) is { } found ? (found.Path, MathF.Round(found.Score, 2)) : default;

    private Task<string[]> IndexesAsync() => _database.ScalarAsync<string[]>(Indexes, Token);

    /// <summary>How often an index was used by statements that are over.</summary>
    private async Task<long> ScansAsync(string indexes)
    {
        // Each backend tells its counts when it has time for it, and at its end at the latest.
        await _database.TerminateBackendsAsync(Token);
        return await _database.ScalarAsync<long>($"SELECT sum(coalesce(pg_stat_get_numscans(oid), 0))::bigint FROM pg_class WHERE relname LIKE '{indexes}\\_%'", Token);
    }
}
