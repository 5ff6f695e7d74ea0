using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Tests.Ingestion;
using Synapse.Tests.TestSupport;

namespace Synapse.Tests.Embedding;

public sealed class PassageCacheTests
{
    private static readonly Dictionary<string, ReadOnlyMemory<float>> s_nothing = [];

    private readonly FakeTimeProvider _time = new();
    private readonly InMemoryEmbeddingCache _kept = new();
    private readonly ProviderFake _provider = new(dimensions: 8);
    private readonly InMemoryStore _library = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_text_that_one_collection_had_embedded_is_not_sent_for_another()
    {
        var cache = Cache();
        using var first = Passages(cache, collectionId: 1);
        using var second = Passages(cache, collectionId: 2);
        var one = await first.EmbedAsync([Document("a", "one", "two")], s_nothing, Token);
        var other = await second.EmbedAsync([Document("b", "two", "three"), Document("c", "one")], s_nothing, Token);
        Assert.Equal(["one", "three", "two"], Sent().Order(StringComparer.Ordinal));
        Assert.Equal(one[0].Embeddings[8..], other[0].Embeddings[..8]);
        Assert.Equal(one[0].Embeddings[..8], other[1].Embeddings);
        // The ledger is told of what is sent alone.
        Assert.Equal(["b"], _provider.Requests.Last().Documents.Select(document => document.Path));
    }

    [Fact]
    public async Task Another_space_has_embeddings_of_its_own()
    {
        var other = new ProviderFake("other", dimensions: 8);
        var cache = Cache();
        using var first = Passages(cache);
        using var second = new PassageEmbedding(other, other.Space, _library, cache, collectionId: 2);
        await first.EmbedAsync([Document("a", "one")], s_nothing, Token);
        await second.EmbedAsync([Document("a", "one")], s_nothing, Token);
        Assert.Equal(["one"], Assert.Single(other.Requests).Texts);
    }

    [Fact]
    public async Task A_text_that_is_being_embedded_is_waited_for_by_others_who_need_it()
    {
        var cache = Cache();
        using var first = Passages(cache, collectionId: 1);
        using var second = Passages(cache, collectionId: 2);
        var answer = new TaskCompletionSource();
        _provider.OnPassages = texts => texts.Contains("one") ? answer.Task : Task.CompletedTask;
        var one = first.EmbedAsync([Document("a", "one")], s_nothing, Token);
        var other = second.EmbedAsync([Document("b", "one", "two")], s_nothing, Token);
        Assert.Equal(["one", "two"], Sent());
        answer.SetResult();
        Assert.Equal((await one)[0].Embeddings, (await other)[0].Embeddings[..8]);
        Assert.Equal(["one", "two"], Sent());
    }

    [Fact]
    public async Task What_another_failed_to_embed_is_sent_by_whoever_waited_for_it()
    {
        var cache = Cache();
        using var first = Passages(cache, collectionId: 1);
        using var second = Passages(cache, collectionId: 2);
        var answer = new TaskCompletionSource();
        _provider.OnPassages = _ => answer.Task;
        var one = first.EmbedAsync([Document("a", "one")], s_nothing, Token);
        var other = second.EmbedAsync([Document("b", "one")], s_nothing, Token);
        _provider.OnPassages = null;
        answer.SetException(ProviderFake.Fault(ProviderFailure.Unavailable));
        await Assert.ThrowsAsync<ProviderException>(() => one);
        Assert.Equal(8, (await other)[0].Embeddings.Length);
        Assert.Equal(["one", "one"], Sent());
    }

    [Fact]
    public async Task What_was_embedded_before_a_commit_failed_is_not_sent_by_the_next_run()
    {
        var cache = Cache();
        await using var ingestion = new IngestionFixture(_library, embedders: new Embedders(new HashEmbedder(), _provider), cache: cache);
        for (var i = 0; i < 30; i++)
        {
            ingestion.Folder.Write($"{i}.txt", $"note {i}");
        }

        var collection = await _library.CreateCollectionAsync("docs", Token);
        var source = await _library.AddSourceAsync(collection.Id, SourceKind.Folder, ingestion.Folder.Path, Token);
        _library.BeforeCommit = _ => throw new DiskFullException("disk");
        await Assert.ThrowsAsync<DiskFullException>(() => ingestion.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, Token));
        Assert.Empty(_library.Documents);
        var sent = Sent().ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(sent);

        _library.BeforeCommit = null;
        await ingestion.Pipeline.RunAsync(source, null, IngestionFixture.OfNoJob, Token);
        Assert.Equal(30, _library.Documents.Count);
        Assert.Equal(30, Sent().Distinct(StringComparer.Ordinal).Count());
        Assert.All(sent, text => Assert.Equal(1, Sent().Count(other => other == text)));
    }

    [Fact]
    public async Task An_embedder_of_this_process_that_takes_one_document_at_a_time_has_no_cache()
    {
        await using var ingestion = new IngestionFixture(embedder: new HashEmbedder(), cache: Cache());
        ingestion.Folder.Write("a.txt", "alpha");
        await ingestion.IndexAsync();
        Assert.Single(ingestion.Store.Documents);
        Assert.Equal(0, _kept.Count);
    }

    [Fact]
    public async Task Without_room_nothing_is_kept_and_what_was_is_removed()
    {
        var cache = Cache(megabytes: 0);
        using var passages = Passages(cache);
        await passages.EmbedAsync([Document("a", "one")], s_nothing, Token);
        await passages.EmbedAsync([Document("a", "one")], s_nothing, Token);
        Assert.Equal(["one", "one"], Sent());
        Assert.Equal(0, _kept.Count);
        await using var running = new Running(cache);
        await _kept.ClearedAsync(Token);
        Assert.Equal([0], _kept.Limits);
    }

    [Fact]
    public async Task It_is_trimmed_after_the_first_that_is_added_and_then_each_sixteenth_and_looked_through_each_hour()
    {
        var cache = Cache(megabytes: 1);
        using var passages = Passages(cache);
        await using var running = new Running(cache);
        await _kept.ClearedAsync(Token);
        Assert.Empty(_kept.Limits);

        await passages.EmbedAsync([Document("a", "one")], s_nothing, Token);
        await _kept.ClearedAsync(Token);
        Assert.Equal([1 << 20], _kept.Limits);
        await passages.EmbedAsync([Document("a", "two")], s_nothing, Token);

        // A sixteenth are 65,536 numbers, 8,192 embeddings of 8.
        await passages.EmbedAsync([Document("a", [.. Enumerable.Range(0, 8_192).Select(i => $"text {i}")])], s_nothing, Token);
        await _kept.ClearedAsync(Token);
        Assert.Equal([1 << 20, 1 << 20], _kept.Limits);

        _kept.Fault = new StoreCorruptException("store", "a page is damaged");
        await PassHourAsync();
        _kept.Fault = null;
        await PassHourAsync();
        Assert.Equal(2, _kept.Limits.Count);
        Assert.False(running.HasEnded);
    }

    private async Task PassHourAsync()
    {
        var cleared = _kept.ClearedAsync(Token);
        while (!cleared.IsCompleted)
        {
            _time.Advance(TimeSpan.FromHours(1));
            await Task.Yield();
        }

        await cleared;
    }

    private PassageCache Cache(int megabytes = 16)
        => new(_kept, Options.Create(new EmbeddingOptions { CacheMegabytes = megabytes }), _time, NullLogger<PassageCache>.Instance);

    private PassageEmbedding Passages(PassageCache cache, long collectionId = 1) => new(_provider, _provider.Space, _library, cache, collectionId);

    private IEnumerable<string> Sent() => _provider.Requests.SelectMany(request => request.Texts);

    private static DocumentPassages Document(string path, params string[] texts) => new(new EgressDocument(1, 1, path), texts);

    /// <summary>The cache while it keeps itself within its limits.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Running(PassageCache cache) => _running = Task.Run(() => cache.RunAsync(_stop.Token));

        public bool HasEnded => _running.IsCompleted;

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _running);
            _stop.Dispose();
        }
    }
}
