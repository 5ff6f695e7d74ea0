using Npgsql;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests;

/// <summary>What the other tests build on.</summary>
public sealed class PostgresServerTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Databases_are_apart_from_each_other_and_have_vectors()
    {
        var server = await PostgresServer.SharedAsync();
        await using var one = await server.CreateDatabaseAsync(Token);
        await using var two = await server.CreateDatabaseAsync(Token);
        await using var connection = await one.ConnectAsync(Token);
        await using var command = new NpgsqlCommand("CREATE TABLE here(v halfvec(3)); INSERT INTO here VALUES('[1,2,3]'); SELECT count(*) FROM here", connection);
        Assert.Equal(1L, await command.ExecuteScalarAsync(Token));
        Assert.True(await two.ScalarAsync<bool>("SELECT to_regclass('here') IS NULL", Token));
    }

    [Fact]
    public async Task A_server_that_crashed_starts_again_where_it_was_with_what_was_committed()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions(), Token);
        await using var database = await server.CreateDatabaseAsync(Token);
        await database.ExecuteAsync("CREATE TABLE kept AS SELECT 7 AS n", Token);
        var port = server.Port;
        await server.StopAsync("immediate", Token);
        await Assert.ThrowsAsync<NpgsqlException>(() => database.ConnectAsync(Token));
        await server.StartAsync(Token);
        Assert.Equal(port, server.Port);
        Assert.Equal(7, await database.ScalarAsync<int>("SELECT n FROM kept", Token));
        Assert.Contains("not properly shut down", await server.ReadLogAsync(Token), StringComparison.Ordinal);
    }
}
