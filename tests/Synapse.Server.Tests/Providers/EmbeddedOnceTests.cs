using System.Text.Json;
using Synapse.Contracts;
using Synapse.Fakes;
using Synapse.PostgresServers;
using Synapse.Server.Tests.Team;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Server.Tests.Providers;

/// <summary>Equal text is sent to a model server once: across collections, runs and, on one database, servers.</summary>
public sealed class EmbeddedOnceTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeProvider _fake = FakeProvider.Start(new() { Dialect = "llamacpp", Models = { "bge" } });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _fake.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_same_text_in_two_collections_is_sent_once_and_again_after_both_were_removed_within_a_day()
    {
        var (one, other) = (Write("one", "shared.txt", "shared words"), Write("other", "copy.txt", "shared words"));
        Write("one", "first.txt", "words of the first");
        Write("other", "second.txt", "words of the second");
        await using (var server = await TeamServer.StartAloneAsync(_folder, "data", Settings()))
        {
            await server.IndexAsync(one, "one");
            Assert.Equal(["shared words", "words of the first"], Sent());
            await server.IndexAsync(other, "other");
            Assert.Equal(["shared words", "words of the first", "words of the second"], Sent());

            // What is changed is sent, and no more.
            Write("one", "first.txt", "changed words of the first");
            await server.IndexAsync(one, "one");
            Assert.Equal(["changed words of the first", "shared words", "words of the first", "words of the second"], Sent());

            await server.Client.DeleteCollectionAsync("one", Cancel);
            await server.Client.DeleteCollectionAsync("other", Cancel);
        }

        await using var later = await TeamServer.StartAloneAsync(_folder, "data", Settings());
        await later.IndexAsync(one, "again");
        Assert.Equal(4, Sent().Count());
        // What came from the cache is found as what came from the model.
        Assert.Equal("shared.txt", (await later.Client.SearchAsync(new SearchRequest("shared words"), Cancel)).Hits[0].Document);
        Assert.Equal("bge", (await later.Client.ListCollectionsAsync(Cancel)).Collections.Single().EmbeddingModel);
    }

    [Fact]
    public async Task Without_room_for_it_each_collection_sends_its_own()
    {
        await using var server = await TeamServer.StartAloneAsync(_folder, "data", [.. Settings(), ("Synapse:Embedding:CacheMegabytes", "0")]);
        await server.IndexAsync(Write("one", "shared.txt", "shared words"), "one");
        await server.IndexAsync(Write("other", "copy.txt", "shared words"), "other");
        Assert.Equal(["shared words", "shared words"], Sent());
    }

    [Fact]
    public async Task Two_servers_on_one_database_send_it_once()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(Cancel);
        await using var one = await TeamServer.StartAsync(database, _folder, "a", Settings());
        await using var two = await TeamServer.StartAsync(database, _folder, "b", Settings());
        await one.IndexAsync(Write("one", "shared.txt", "shared words"), "one");
        await two.IndexAsync(Write("other", "copy.txt", "shared words"), "other");
        Assert.Equal(["shared words"], Sent());
    }

    private string Write(string folder, string name, string text)
    {
        _folder.Write($"{folder}/{name}", text);
        return Path.Combine(_folder.Path, folder);
    }

    private IEnumerable<string> Sent() => _fake.Requests
        .Where(request => request is { Kind: RequestKind.Embeddings, Status: 200 })
        .SelectMany(request => JsonDocument.Parse(request.Body).RootElement.GetProperty("input").EnumerateArray().Select(text => text.GetString()!.Trim()))
        .Where(text => text.Contains("words", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    private (string, string)[] Settings()
        => [("USE_LOCAL_MODELS", "true"), ("LOCAL_EMBEDDING_ENDPOINT", _fake.Address.ToString()), ("LOCAL_EMBEDDING_MODEL", "bge")];
}
