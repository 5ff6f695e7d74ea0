using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.StoreConformance;
using Synapse.Storage;

namespace Synapse.Postgres.Tests.Search;

/// <summary>A real standby serves searches, as far as it has what it must have.</summary>
public sealed class StandbyTests : IAsyncLifetime
{
    private static readonly PostgresOptions s_options = new() { ConnectTimeout = TimeSpan.FromSeconds(30), ReplicaLag = TimeSpan.FromSeconds(30) };

    private PostgresServer _primary = null!;
    private PostgresServer _standby = null!;
    private PostgresDatabase _database = null!;
    private PostgresStore _store = null!;
    private long _collection;
    private long _source;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _primary = await PostgresServer.StartAsync(new PostgresServerOptions(), Token);
        _standby = await _primary.StartStandbyAsync(Token);
        _database = await _primary.CreateDatabaseAsync(Token);
        _store = Open(Stores.Address(_standby.Database(_database.Name).Url));
        _collection = (await _store.CreateCollectionAsync("docs", Token)).Id;
        await _store.UseEmbeddingSpaceAsync(_collection, StoreHarness.Space, Token);
        _source = (await _store.AddSourceAsync(_collection, SourceKind.Folder, "/docs", Token)).Id;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _standby.DisposeAsync();
        await _primary.DisposeAsync();
    }

    [Fact]
    public async Task What_a_server_has_stored_is_in_its_next_search_although_the_standby_stands_still()
    {
        await AddAsync("first");
        await PauseAsync();
        await AddAsync("second");

        Assert.Equal(1, await CountAsync("second"));
        Assert.Equal(0, await SearchesOnStandbyAsync());
    }

    [Fact]
    public async Task A_standby_that_has_everything_is_searched_instead_of_the_database()
    {
        await AddAsync("first");
        await CaughtUpAsync();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(1, await CountAsync("first"));
        }

        Assert.True(await SearchesOnStandbyAsync() > 0, "The standby was not searched.");
        Assert.Equal(1, Assert.Single(await FindByMeaningAsync("word first")), 0.01);
    }

    [Fact]
    public async Task A_standby_that_is_too_far_behind_is_left_alone()
    {
        await AddAsync("first");
        await CaughtUpAsync();
        await using var strict = Open(Stores.Address(_standby.Database(_database.Name).Url), new PostgresOptions { ReplicaLag = TimeSpan.FromSeconds(0.1) });
        await PauseAsync();

        // Another server's commit, of which this one knows nothing.
        await using (var other = Stores.Open(_database))
        {
            await other.CommitAsync(TestDocuments.Batch(_collection, TestDocuments.Make(_source, "second.txt", "word second")), Token);
        }

        await Task.Delay(TimeSpan.FromSeconds(0.3), TimeProvider.System, Token);
        await using var snapshot = await strict.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Equal(2, snapshot.ChunkCount);
    }

    [Fact]
    public async Task Without_its_standby_searches_go_on_and_without_the_database_too()
    {
        await AddAsync("first");
        await CaughtUpAsync();
        await _standby.StopAsync("immediate", Token);
        Assert.Equal(1, await CountAsync("first"));

        await _standby.StartAsync(Token);
        await _primary.StopAsync("immediate", Token);
        Assert.Equal(1, await CountAsync("first"));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => AddAsync("lost"));
    }

    [Fact]
    public async Task A_promoted_standby_takes_over_with_everything_that_it_had()
    {
        await AddAsync("first");
        await CaughtUpAsync();
        await _primary.StopAsync("immediate", Token);
        await _standby.PromoteAsync(Token);
        await using var store = PostgresStore.Open(Stores.Address(_standby.Database(_database.Name).Url), s_options, TimeProvider.System, NullLogger<PostgresStore>.Instance);
        await store.CommitAsync(TestDocuments.Batch(_collection, TestDocuments.Make(_source, "second.txt", "word second")), Token);
        await store.MaintainAsync(Token);

        await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Equal(2, (await snapshot.FindByKeywordsAsync([new QueryTerm("word")], 10, Token)).Count);
    }

    [Fact]
    public async Task A_server_that_knows_both_goes_on_with_the_standby_once_that_is_the_primary()
    {
        var both = _database.Url.Replace($"127.0.0.1:{_primary.Port}", $"127.0.0.1:{_standby.Port},127.0.0.1:{_primary.Port}", StringComparison.Ordinal);
        await using var store = PostgresStore.Open(Stores.Address(both), s_options, TimeProvider.System, NullLogger<PostgresStore>.Instance);
        await store.CommitAsync(TestDocuments.Batch(_collection, TestDocuments.Make(_source, "first.txt", "word first")), Token);
        await CaughtUpAsync();
        await _primary.StopAsync("immediate", Token);
        var lost = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(TestDocuments.Batch(_collection, TestDocuments.Make(_source, "second.txt", "word")), Token).AsTask());
        Assert.Contains("none can be reached that takes changes", lost.Message, StringComparison.Ordinal);

        // What is wrong on the one that answers is told.
        var wrong = Stores.Address(both.Replace($"/{_database.Name}", "/elsewhere", StringComparison.Ordinal));
        Assert.Contains(
            "CREATE DATABASE",
            Assert.Throws<StoreUnsuitableException>(() => PostgresStore.Open(wrong, s_options, TimeProvider.System, NullLogger<PostgresStore>.Instance)).Message,
            StringComparison.Ordinal);

        await _standby.PromoteAsync(Token);
        await EventuallyAsync(() => store.CommitAsync(TestDocuments.Batch(_collection, TestDocuments.Make(_source, "second.txt", "word second")), Token).AsTask());
        await using var snapshot = await store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        Assert.Equal(2, (await snapshot.FindByKeywordsAsync([new QueryTerm("word")], 10, Token)).Count);
    }

    /// <summary>Tries until the server has found out who the primary is, as the workers of a server do.</summary>
    private static async Task EventuallyAsync(Func<Task> work)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await work();
                return;
            }
            catch (StoreUnavailableException) when (attempt < 300)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Token);
            }
        }
    }

    private PostgresStore Open(DatabaseAddress replica, PostgresOptions? options = null)
        => PostgresStore.Open(Stores.Address(_database.Url), options ?? s_options, TimeProvider.System, NullLogger<PostgresStore>.Instance, replica);

    private async Task AddAsync(string word)
        => await _store.CommitAsync(TestDocuments.Batch(_collection, TestDocuments.Make(_source, $"{word}.txt", $"word {word}")), Token);

    private async Task<int> CountAsync(string word)
    {
        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        return (await snapshot.FindByKeywordsAsync([new QueryTerm(word)], 10, Token)).Count;
    }

    private async Task<float[]> FindByMeaningAsync(string text)
    {
        await using var snapshot = await _store.OpenSnapshotAsync(AccessScope.Everything, null, Token);
        return [.. (await snapshot.FindByEmbeddingAsync(TestDocuments.Query(text), 10, Token)).Select(static chunk => chunk.Score)];
    }

    private Task PauseAsync() => _standby.ExecuteAsync("SELECT pg_wal_replay_pause()", Token);

    /// <summary>Waits until the standby has all that the database has.</summary>
    private async Task CaughtUpAsync()
    {
        var written = await _database.ScalarAsync<string>("SELECT pg_current_wal_insert_lsn()::text", Token);
        while (!await _standby.Database("postgres").ScalarAsync<bool>($"SELECT coalesce(pg_last_wal_replay_lsn() >= '{written}', false)", Token))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    /// <summary>How many connections of stores have read more than the state of the standby.</summary>
    private Task<long> SearchesOnStandbyAsync()
        => _standby.Database("postgres").ScalarAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'synapse' AND query NOT LIKE '%pg_is_in_recovery%'", Token);
}
