using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;
using Synapse.Privacy;
using Synapse.StoreConformance;

namespace Synapse.Postgres.Tests.Faults;

/// <summary>A server that crashes, stays away, and comes back.</summary>
public sealed class RestartTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_committed_survives_a_crash_and_the_store_goes_on_by_itself()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions { IsDurable = true, Settings = new Dictionary<string, string> { ["synchronous_commit"] = "off" } }, Token);
        await using var database = await server.CreateDatabaseAsync(Token);
        await using var store = Stores.Open(database);
        var collection = await store.CreateCollectionAsync("docs", Token);
        await store.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        var source = await store.AddSourceAsync(collection.Id, SourceKind.Folder, "/docs", Token);
        for (var round = 0; round < 2; round++)
        {
            await store.CommitAsync(TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, $"{round}.txt", $"round {round}")), Token);
            var leaving = await BeginAsync(store, AddressReach.Public);
            // At once: nothing that waits for a later flush would survive.
            await server.StopAsync("immediate", Token);
            await server.StartAsync(Token);
            // Every connection of the pool is broken now.
            Assert.Equal(round + 1, (await store.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 10, Token)).Count);
            Assert.Equal(leaving, (await store.ListAsync(AccessScope.Everything, new EgressFilter(), null, 1, Token)).Single().Id);
        }
    }

    [Fact]
    public async Task While_the_server_is_away_each_unit_says_so_and_the_notes_of_the_ledger_wait()
    {
        await using var server = await PostgresServer.StartAsync(new PostgresServerOptions(), Token);
        await using var database = await server.CreateDatabaseAsync(Token);
        await using var store = Stores.Open(database);
        var before = await BeginAsync(store, AddressReach.Public);
        await server.StopAsync("fast", Token);
        Assert.Throws<StoreUnavailableException>(() => Stores.Open(database));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ListCollectionsAsync(AccessScope.Everything, Token).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CreateCollectionAsync("docs", Token).AsTask());
        await Assert.ThrowsAsync<StoreUnavailableException>(() => BeginAsync(store, AddressReach.Public));
        store.Complete(before, new EgressResult(EgressOutcome.Completed, 200, null, 1, 2, TimeSpan.FromSeconds(3)));

        await server.StartAsync(Token);
        await store.CreateCollectionAsync("docs", Token);
        var after = await BeginAsync(store, AddressReach.Public);
        var entries = await store.ListAsync(AccessScope.Everything, new EgressFilter(), null, 10, Token);
        Assert.Equal([(after, EgressOutcome.Open), (before, EgressOutcome.Completed)], entries.Select(entry => (entry.Id, entry.Result.Outcome)));
    }

    private static Task<long> BeginAsync(PostgresStore store, AddressReach reach)
        => store.BeginAsync(new EgressAttempt(DateTimeOffset.UnixEpoch, "openai", "openai:443", reach, EgressPurpose.Chat, []), Token).AsTask();
}
