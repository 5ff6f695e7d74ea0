using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Embedding;

public sealed class PassageEmbeddingTests : IDisposable
{
    private static readonly Dictionary<string, ReadOnlyMemory<float>> s_nothing = [];

    private readonly ProviderFake _provider = new(dimensions: 8, hint: new EmbeddingBatchHint(Texts: 2, Characters: 1_000, Requests: 2));
    private readonly InMemoryStore _store = new();
    private readonly PassageEmbedding _passages;

    public PassageEmbeddingTests() => _passages = new PassageEmbedding(_provider, _provider.Space, _store, PassageCache.None, collectionId: 1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _passages.Dispose();

    [Fact]
    public async Task Texts_go_once_in_requests_of_the_size_that_the_server_likes_and_come_back_in_order()
    {
        var embedded = await _passages.EmbedAsync([Document("a", "one", "two", "one"), Document("b"), Document("c", "two", "three", "four")], s_nothing, Token);
        Assert.Equal(["four", "one", "three", "two"], Sent().Order(StringComparer.Ordinal));
        Assert.Equal(2, _provider.Requests.Count);
        Assert.Equal(Embeddings("one", "two", "one"), embedded[0].Embeddings);
        Assert.Empty(embedded[1].Embeddings);
        Assert.Equal(Embeddings("two", "three", "four"), embedded[2].Embeddings);
        Assert.All(embedded, document => Assert.Null(document.Refusal));
    }

    [Fact]
    public async Task What_is_known_is_not_sent()
    {
        var known = new Dictionary<string, ReadOnlyMemory<float>> { ["one"] = new float[] { 1, 2, 3, 4, 5, 6, 7, 8 } };
        var embedded = await _passages.EmbedAsync([Document("a", "one", "two")], known, Token);
        Assert.Equal(["two"], Sent());
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, .. Embeddings("two")], embedded[0].Embeddings);
        Assert.Single(known);
    }

    [Fact]
    public async Task A_refused_document_is_left_out_alone_and_what_others_brought_is_not_sent_again()
    {
        _provider.OnPassages = texts => texts.Contains("forbidden") ? throw ProviderFake.Fault(ProviderFailure.Filtered) : Task.CompletedTask;
        // Requests of two: (one, two), (three, forbidden), (four).
        var embedded = await _passages.EmbedAsync([Document("a", "one", "two"), Document("b", "three", "forbidden"), Document("c", "four")], s_nothing, Token);
        Assert.Equal(ProviderFailure.Filtered, embedded[1].Refusal?.Failure);
        Assert.Empty(embedded[1].Embeddings);
        Assert.Equal(Embeddings("one", "two"), embedded[0].Embeddings);
        Assert.Equal(Embeddings("four"), embedded[2].Embeddings);
        Assert.Equal(1, Sent().Count(text => text == "one"));
        Assert.Equal(1, Sent().Count(text => text == "four"));
    }

    [Fact]
    public async Task A_server_that_fails_ends_all()
    {
        _provider.Failure = ProviderFailure.Unavailable;
        var failed = await Assert.ThrowsAsync<ProviderException>(() => _passages.EmbedAsync([Document("a", "one"), Document("b", "two")], s_nothing, Token));
        Assert.Equal(ProviderFailure.Unavailable, failed.Failure);
        Assert.Single(_provider.Requests);
    }

    [Fact]
    public async Task Nothing_of_a_collection_that_is_local_only_is_sent_away()
    {
        var collection = await _store.CreateCollectionAsync("private", Token);
        await _store.SetPrivacyAsync(AccessScope.Everything, collection.Id, CollectionPrivacy.LocalOnly, Token);
        using var away = new PassageEmbedding(_provider, _provider.Space, _store, PassageCache.None, collection.Id);
        await Assert.ThrowsAsync<LocalOnlyException>(() => away.EmbedAsync([Document("a", "one")], s_nothing, Token));
        Assert.Empty(_provider.Requests);

        var near = new ProviderFake(isLocal: true);
        using var here = new PassageEmbedding(near, near.Space, _store, PassageCache.None, collection.Id);
        await here.EmbedAsync([Document("a", "one")], s_nothing, Token);
        Assert.Equal(["one"], Assert.Single(near.Requests).Texts);
    }

    private static DocumentPassages Document(string path, params string[] texts) => new(new EgressDocument(1, 1, path), texts);

    private IEnumerable<string> Sent() => _provider.Requests.SelectMany(request => request.Texts);

    private float[] Embeddings(params string[] texts)
    {
        var embedder = new HashingEmbedder(_provider.Space.Model, _provider.Space.Dimensions);
        return [.. texts.SelectMany(text => embedder.Embed(text))];
    }
}
