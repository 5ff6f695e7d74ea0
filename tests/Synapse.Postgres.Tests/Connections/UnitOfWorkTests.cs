using Npgsql;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests.Connections;

/// <summary>What becomes of a unit of work when the server, or the way to it, breaks under it.</summary>
public sealed class UnitOfWorkTests : IAsyncLifetime
{
    private PostgresDatabase _database = null!;
    private PostgresStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
        _store = Stores.Open(_database, new PostgresOptions { PoolSize = 3, ConnectTimeout = TimeSpan.FromSeconds(1), StatementTimeout = TimeSpan.FromSeconds(1) });
        await _database.ExecuteAsync("CREATE TABLE synapse.marks(id int PRIMARY KEY); GRANT ALL ON synapse.marks TO PUBLIC", Token);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_connection_that_is_ended_in_the_middle_costs_one_more_try_and_nothing_is_done_twice()
    {
        var tries = 0;
        var result = await _store.Connections.WriteAsync(
            async (connection, token) =>
            {
                await MarkAsync(connection, 1, token);
                if (++tries == 1)
                {
                    await _database.TerminateBackendsAsync(token);
                }

                await MarkAsync(connection, 2, token);
                return tries;
            },
            Token);
        Assert.Equal((2, 2L), (result, await CountAsync()));
    }

    [Fact]
    public async Task A_connection_that_is_ended_again_is_an_error_and_nothing_is_kept()
    {
        var tries = 0;
        await Assert.ThrowsAsync<StoreUnavailableException>(() => _store.Connections.WriteAsync(
            async (connection, token) =>
            {
                tries++;
                await MarkAsync(connection, 1, token);
                await _database.TerminateBackendsAsync(token);
                await MarkAsync(connection, 2, token);
                return 0;
            },
            Token));
        Assert.Equal((2, 0L), (tries, await CountAsync()));
    }

    [Fact]
    public async Task Idle_connections_that_were_ended_are_not_noticed()
    {
        // Three in the pool.
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _store.ListCollectionsAsync(AccessScope.Everything, Token).AsTask()));
        await _database.TerminateBackendsAsync(Token);
        Assert.Empty(await _store.ListCollectionsAsync(AccessScope.Everything, Token));
        await _store.CreateCollectionAsync("docs", Token);
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_asked_about_and_not_made_again()
    {
        await using var proxy = new CuttingProxy(_database.Server.Port);
        var url = _database.Url.Replace($":{_database.Server.Port}/", $":{proxy.Port}/", StringComparison.Ordinal) + "?sslmode=disable";
        await using var store = Stores.Open(Stores.Address(url));
        var tries = 0;
        proxy.SwallowCommits(1);
        await store.Connections.WriteAsync(
            async (connection, token) =>
            {
                tries++;
                await MarkAsync(connection, 1, token);
                return 0;
            },
            Token);
        Assert.Equal((1, 1, 1L), (proxy.Swallowed, tries, await CountAsync()));

        // What cannot be done twice shows it best: made again, the name would be taken.
        proxy.SwallowCommits(1);
        var made = await store.CreateCollectionAsync("once", Token);
        Assert.Equal((2, made), (proxy.Swallowed, await store.FindCollectionAsync(AccessScope.Everything, "once", Token)));
    }

    [Fact]
    public async Task A_commit_that_the_server_gave_up_is_made_again()
    {
        // The check runs when the transaction commits: the first time, it ends its own connection.
        await _database.ExecuteAsync(
            """
            CREATE SEQUENCE synapse.checks; GRANT ALL ON SEQUENCE synapse.checks TO PUBLIC;
            CREATE FUNCTION synapse.break_first() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('synapse.checks') = 1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(10); END IF;
                RETURN NULL;
            END $$;
            CREATE CONSTRAINT TRIGGER breaks AFTER INSERT ON synapse.marks DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION synapse.break_first();
            """,
            Token);
        var tries = 0;
        await _store.Connections.WriteAsync(
            async (connection, token) =>
            {
                tries++;
                await MarkAsync(connection, 1, token);
                return 0;
            },
            Token);
        Assert.Equal((2, 1L), (tries, await CountAsync()));
    }

    [Fact]
    public async Task Two_units_that_wait_for_each_other_both_come_to_their_end()
    {
        // The server looks for deadlocks only after a second.
        await using var patient = Stores.Open(_database);
        await patient.Connections.WriteAsync(async (connection, token) => await MarkAsync(connection, 1, token) + await MarkAsync(connection, 2, token), Token);
        var both = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = 0;
        var tries = 0;
        await Task.WhenAll(CrossAsync(1, 2), CrossAsync(2, 1));
        // One of them is the victim, and begins again; when the other is slow to take what is free now, perhaps both.
        Assert.InRange(tries, 3, 4);

        Task CrossAsync(int first, int second) => patient.Connections.WriteAsync(
            async (connection, token) =>
            {
                Interlocked.Increment(ref tries);
                await LockAsync(connection, first, token);
                if (Interlocked.Increment(ref started) == 2)
                {
                    both.SetResult();
                }

                await both.Task.WaitAsync(token);
                await LockAsync(connection, second, token);
                return 0;
            },
            Token);
    }

    [Fact]
    public async Task A_statement_that_takes_too_long_is_ended_by_the_server()
    {
        await Assert.ThrowsAsync<StoreTimeoutException>(() => _store.Connections.QueryAsync((connection, token) => connection.ExecuteAsync("SELECT pg_sleep(60)", [], token), Token));
        Assert.Empty(await _store.ListCollectionsAsync(AccessScope.Everything, Token));
    }

    [Fact]
    public async Task A_server_that_uses_all_its_connections_says_so()
    {
        var free = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = new SemaphoreSlim(0);
        // Of PoolSize, which is 3 here, and those of the store itself, the ledger holds one.
        var holding = Enumerable.Range(0, 3 + StoreConnections.OwnConnections - 1).Select(_ => _store.Connections.QueryAsync(
            async (_, token) =>
            {
                taken.Release();
                await free.Task.WaitAsync(token);
                return 0;
            },
            Token)).ToArray();
        for (var i = 0; i < holding.Length; i++)
        {
            await taken.WaitAsync(Token);
        }

        var busy = await Assert.ThrowsAsync<StoreBusyException>(() => _store.ListCollectionsAsync(AccessScope.Everything, Token).AsTask());
        Assert.Contains("PoolSize", busy.Message, StringComparison.Ordinal);
        free.SetResult();
        await Task.WhenAll(holding);
    }

    [Fact]
    public async Task A_cancelled_unit_keeps_nothing_and_is_no_fault()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _store.Connections.WriteAsync(
            async (connection, token) =>
            {
                await MarkAsync(connection, 1, token);
                await stop.CancelAsync();
                return 0;
            },
            stop.Token));
        Assert.Equal(0, await CountAsync());
    }

    private static Task<int> MarkAsync(NpgsqlConnection connection, int id, CancellationToken token) => connection.ExecuteAsync("INSERT INTO marks VALUES($1)", [id], token);

    private static Task<int> LockAsync(NpgsqlConnection connection, int id, CancellationToken token) => connection.ExecuteAsync("UPDATE marks SET id = id WHERE id = $1", [id], token);

    private Task<long> CountAsync() => _database.ScalarAsync<long>("SELECT count(*) FROM synapse.marks", Token);
}
