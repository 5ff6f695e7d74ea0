using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Migrations;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests.Migrations;

public sealed class SchemaMigrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_empty_database_gets_the_schema_and_keeps_it()
    {
        await using var database = await MakeAsync();
        for (var opened = 0; opened < 2; opened++)
        {
            await using var store = Stores.Open(database);
            Assert.Equal(SchemaMigrations.Latest, await database.ScalarAsync<int>("SELECT version FROM synapse.schema_version", Token));
            Assert.Equal(opened, (await store.ListCollectionsAsync(AccessScope.Everything, Token)).Count);
            await store.CreateCollectionAsync($"c{opened}", Token);
        }

        // Nothing lies where others keep their things.
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace", Token));
    }

    [Fact]
    public async Task Servers_that_start_together_make_one_schema()
    {
        await using var database = await MakeAsync();
        var stores = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Stores.Open(database, new PostgresOptions { PoolSize = 2 }), Token)));
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM synapse.schema_version", Token));
        await stores[0].CreateCollectionAsync("seen by all", Token);
        foreach (var store in stores)
        {
            Assert.Single(await store.ListCollectionsAsync(AccessScope.Everything, Token));
            await store.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_newer_schema_is_refused_and_left_alone()
    {
        await using var database = await MakeAsync();
        await Stores.Open(database).DisposeAsync();
        await database.ExecuteAsync("UPDATE synapse.schema_version SET version = 99", Token);
        Assert.Contains("99", Assert.Throws<StoreNewerException>(() => Stores.Open(database)).Message, StringComparison.Ordinal);
        await database.ExecuteAsync($"UPDATE synapse.schema_version SET version = {SchemaMigrations.Latest}", Token);
        await Stores.Open(database).DisposeAsync();
    }

    [Theory]
    [InlineData("CREATE TABLE synapse.theirs(x int)")]
    [InlineData("CREATE TABLE synapse.schema_version(version int)")]
    [InlineData("CREATE FUNCTION synapse.theirs() RETURNS int LANGUAGE sql AS 'SELECT 1'")]
    [InlineData("CREATE TABLE synapse.schema_version(program text, version int); INSERT INTO synapse.schema_version VALUES('theirs', 1)")]
    public async Task A_schema_of_another_program_is_not_touched(string made)
    {
        await using var database = await MakeAsync();
        await database.ExecuteAsync($"CREATE SCHEMA synapse AUTHORIZATION {PostgresServer.Role}; SET ROLE {PostgresServer.Role}; {made}", Token);
        Assert.Throws<StoreForeignException>(() => Stores.Open(database));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM pg_class WHERE relname = 'collections'", Token));
    }

    [Fact]
    public async Task A_schema_that_somebody_made_for_us_is_taken()
    {
        await using var database = await MakeAsync();
        await database.ExecuteAsync($"CREATE SCHEMA synapse AUTHORIZATION {PostgresServer.Role}; ALTER DATABASE {database.Name} OWNER TO {PostgresServer.Superuser}", Token);
        await Stores.Open(database).DisposeAsync();
    }

    [Fact]
    public async Task Without_the_right_to_make_the_schema_the_message_says_what_to_grant()
    {
        await using var database = await MakeAsync();
        await database.ExecuteAsync($"ALTER DATABASE {database.Name} OWNER TO {PostgresServer.Superuser}", Token);
        var refused = Assert.Throws<StoreUnsuitableException>(() => Stores.Open(database));
        Assert.Contains($"GRANT CREATE ON DATABASE {database.Name} TO {PostgresServer.Role}", refused.Message, StringComparison.Ordinal);
        await database.ExecuteAsync($"GRANT CREATE ON DATABASE {database.Name} TO {PostgresServer.Role}", Token);
        await Stores.Open(database).DisposeAsync();
    }

    [Fact]
    public async Task Without_vectors_and_the_right_to_add_them_the_message_says_what_a_superuser_does()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token, withVector: false);
        Assert.Contains("CREATE EXTENSION vector", Assert.Throws<StoreUnsuitableException>(() => Stores.Open(database)).Message, StringComparison.Ordinal);
        Assert.True(await database.ScalarAsync<bool>("SELECT to_regnamespace('synapse') IS NULL", Token));
        // Wherever the superuser puts it.
        await database.ExecuteAsync("CREATE SCHEMA \"Ext ensions\"; CREATE EXTENSION vector SCHEMA \"Ext ensions\"; GRANT USAGE ON SCHEMA \"Ext ensions\" TO PUBLIC", Token);
        await using var store = Stores.Open(database);
        Assert.Equal(1.0, await store.Connections.QueryAsync(
            async (connection, token) =>
            {
                await using var command = new Npgsql.NpgsqlCommand("SELECT $1 <=> '[0,1]'::halfvec", connection) { Parameters = { new() { Value = new Pgvector.HalfVector(new[] { (Half)1, (Half)0 }) } } };
                return (double)(await command.ExecuteScalarAsync(token))!;
            },
            Token));
    }

    [Fact]
    public async Task A_superuser_needs_no_help()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token, withVector: false);
        var url = database.Url.Replace($"//{PostgresServer.Role}:", $"//{PostgresServer.Superuser}:", StringComparison.Ordinal);
        await using var store = Stores.Open(Stores.Address(url));
        await store.CreateCollectionAsync("docs", Token);
    }

    [Fact]
    public async Task Vectors_that_are_too_old_are_refused()
    {
        await using var database = await MakeAsync();
        await database.ExecuteAsync("UPDATE pg_extension SET extversion = '0.7.4' WHERE extname = 'vector'", Token);
        var refused = Assert.Throws<StoreUnsuitableException>(() => Stores.Open(database));
        Assert.Contains("0.7.4", refused.Message, StringComparison.Ordinal);
        Assert.Contains("ALTER EXTENSION vector UPDATE", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_in_another_encoding_is_refused()
    {
        var server = await PostgresServer.SharedAsync();
        await server.ExecuteAsync($"CREATE DATABASE latin OWNER {PostgresServer.Role} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0", Token);
        await using var latin = new PostgresDatabase(server, "latin");
        Assert.Contains("LATIN1", Assert.Throws<StoreUnsuitableException>(() => Stores.Open(latin)).Message, StringComparison.Ordinal);
    }

    private static async Task<PostgresDatabase> MakeAsync() => await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Token);
}
