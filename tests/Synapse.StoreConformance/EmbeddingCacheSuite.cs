using Synapse.Embedding;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.StoreConformance;

/// <summary>Embeddings are kept by text, exactly as the store would keep them, within a limit of size, and not for long after the text is gone.</summary>
public abstract class EmbeddingCacheSuite(StoreHarness harness) : StoreSuite(harness)
{
    private static readonly TimeSpan s_afterwards = IEmbeddingCache.UnusedAge + TimeSpan.FromMinutes(1);

    [Fact]
    public async Task What_was_added_is_found_in_its_space_in_the_order_asked_for_also_after_a_restart()
    {
        await AddAsync(StoreHarness.Space, "apple", "banana");
        for (var opened = 0; opened < 2; opened++)
        {
            var found = await FindAsync(StoreHarness.Space, "cherry", "banana", "apple", "banana");
            Assert.Equal([false, true, true, true], found.Select(each => !each.IsEmpty));
            Assert.All(found.Skip(1), each => Assert.Equal(StoreHarness.Space.Dimensions, each.Length));
            Assert.Equal(found[1].ToArray(), found[3].ToArray());
            Assert.NotEqual(found[1].ToArray(), found[2].ToArray());
            Assert.All(await FindAsync(new EmbeddingSpace("other", StoreHarness.Space.Dimensions), "apple"), each => Assert.True(each.IsEmpty));
            Assert.Empty(await Harness.Cache.FindCachedAsync(StoreHarness.Space, [], Token));
            Harness.Close();
        }
    }

    [Fact]
    public async Task An_embedding_from_the_cache_is_in_the_store_bit_for_bit_what_the_fresh_one_would_be()
    {
        var (fresh, freshSource) = await Harness.AddCollectionAsync("fresh");
        var (cached, cachedSource) = await Harness.AddCollectionAsync("cached");
        // Numbers that no short form holds exactly, the smallest of no weight beside the largest, and none at all.
        var random = new Random(20_261_128);
        float[][] embeddings =
        [
            Unit([.. Enumerable.Range(0, StoreHarness.Space.Dimensions).Select(_ => (float)(random.NextDouble() - 0.5))]),
            Unit([1, .. Enumerable.Range(1, StoreHarness.Space.Dimensions - 1).Select(i => 1e-4f * i)]),
            new float[StoreHarness.Space.Dimensions],
        ];
        string[] texts = ["one", "two", "three"];
        await Harness.Cache.AddCachedAsync(StoreHarness.Space, [.. texts.Zip(embeddings, (text, embedding) => KeyValuePair.Create(PassageKey.Of(text), (ReadOnlyMemory<float>)embedding))], Token);
        var found = await FindAsync(StoreHarness.Space, texts);
        Assert.DoesNotContain(found, each => each.IsEmpty);
        await CommitAsync(fresh.Id, TestDocuments.Make(freshSource.Id, "a.txt", texts) with { Embeddings = embeddings.SelectMany(each => each).ToArray() });
        await CommitAsync(cached.Id, TestDocuments.Make(cachedSource.Id, "a.txt", texts) with { Embeddings = found.SelectMany(each => each.ToArray()).ToArray() });

        Assert.Equal(await StoredAsync(fresh.Id, freshSource.Id), await StoredAsync(cached.Id, cachedSource.Id));
        Assert.All(found.Take(2), each => Assert.Equal(1, each.ToArray().Sum(number => number * number), 0.01));

        async Task<List<float[]>> StoredAsync(long collectionId, long sourceId)
        {
            var document = Assert.Single(await Harness.Ingestion.ListDocumentStatesAsync(sourceId, Token));
            return [.. (await Harness.Ingestion.ReadEmbeddingsAsync(collectionId, document.DocumentId, Token)).Select(each => each.Embedding.ToArray())];
        }
    }

    [Fact]
    public async Task What_is_added_again_takes_the_place_of_what_was_there_also_twice_at_once()
    {
        await AddAsync(StoreHarness.Space, "apple", "banana");
        var other = EmbeddingOf("cherry");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(
            () => Harness.Cache.AddCachedAsync(
                StoreHarness.Space,
                // In another order each time: two that add the same do not wait for each other for ever.
                [.. ((string[])["apple", "banana", "damson", "apple"]).Skip(i % 3).Select(text => KeyValuePair.Create(PassageKey.Of(text), other))],
                Token).AsTask(),
            Token)));
        var found = await FindAsync(StoreHarness.Space, "apple", "banana", "damson");
        Assert.All(found, each => Assert.Equal(found[0].ToArray(), each.ToArray()));
        await AddAsync(StoreHarness.Space, "cherry");
        Assert.Equal(found[0].ToArray(), (await FindAsync(StoreHarness.Space, "cherry"))[0].ToArray());
    }

    [Fact]
    public async Task Too_many_are_removed_beginning_with_those_that_were_written_first()
    {
        var texts = Enumerable.Range(0, 3_000).Select(i => $"text {i}").ToArray();
        foreach (var portion in texts.Chunk(1_000))
        {
            await AddAsync(StoreHarness.Space, portion);
            Harness.Time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(0, await Harness.Cache.TrimCacheAsync(1 << 30, Token));
        // Room for the numbers of all, a byte for each, and not for what else a row takes, which is twice to four times that.
        var removed = await Harness.Cache.TrimCacheAsync(3_000L * StoreHarness.Space.Dimensions, Token);
        Assert.InRange(removed, 1_500, 2_700);
        var left = (await FindAsync(StoreHarness.Space, texts)).Select(each => !each.IsEmpty).ToList();
        Assert.Equal(3_000 - removed, left.Count(each => each));
        // Portions of one moment are in no order among themselves.
        Assert.All(left.Take(1_000), Assert.False);
        Assert.Equal(removed >= 2_000, left.Skip(1_000).Take(1_000).All(each => !each));
        Assert.True(removed < 2_000 || left.Skip(2_000).Any(each => each));

        Assert.Equal(3_000 - removed, await Harness.Cache.TrimCacheAsync(0, Token));
        Assert.All(await FindAsync(StoreHarness.Space, texts), each => Assert.True(each.IsEmpty));
        Assert.Equal(0, await Harness.Cache.TrimCacheAsync(0, Token));
    }

    [Fact]
    public async Task Embeddings_of_texts_that_no_document_has_are_removed_a_day_later_and_others_stay()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var (other, otherSource) = await Harness.AddCollectionAsync("other", new EmbeddingSpace("another", 32));
        var text = TestDocuments.Make(source.Id, "a.txt", "apple", "banana", "damson");
        await CommitAsync(collection.Id, text);
        await CommitAsync(other.Id, TestDocuments.Make(new EmbeddingSpace("another", 32), otherSource.Id, "b.txt", "elder"));
        string[] chunks = [.. text.Chunks.Select(chunk => text.Text[chunk.StartOffset..chunk.EndOffset])];
        await AddAsync(StoreHarness.Space, [.. chunks, "elder\n", "gone"]);
        Assert.Equal(0, await Harness.Cache.RemoveUnusedAsync(Token));
        Harness.Time.Advance(s_afterwards);
        await AddAsync(StoreHarness.Space, "about to be committed");

        Assert.Equal(1, await Harness.Cache.RemoveUnusedAsync(Token));
        Assert.Equal([true, true, true, true, false, true], await AreThereAsync([.. chunks, "elder\n", "gone", "about to be committed"]));
        // It was looked at just now.
        Assert.Null(await Harness.Cache.RemoveUnusedAsync(Token));

        // The document loses a chunk; a collection goes.
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple", "damson"));
        await Harness.Library.RemoveCollectionAsync(AccessScope.Everything, other.Id, Token);
        Harness.Close();
        Harness.Time.Advance(s_afterwards);
        Assert.Equal(3, await Harness.Cache.RemoveUnusedAsync(Token));
        Assert.Equal([true, false, true, false, false, false], await AreThereAsync([.. chunks, "elder\n", "gone", "about to be committed"]));

        await Harness.Library.RemoveCollectionAsync(AccessScope.Everything, collection.Id, Token);
        Assert.Null(await Harness.Cache.RemoveUnusedAsync(Token));
        Harness.Time.Advance(s_afterwards);
        Assert.Equal(2, await Harness.Cache.RemoveUnusedAsync(Token));
        Assert.Equal([false, false, false], await AreThereAsync(chunks));
    }

    [Fact]
    public async Task Texts_of_many_documents_in_several_commits_are_all_looked_at()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        foreach (var portion in Enumerable.Range(0, 260).Chunk(130))
        {
            // Also text beyond ASCII, and halves of pairs, which no store can hold as they are.
            await CommitAsync(collection.Id, [.. portion.Select(i => TestDocuments.Make(source.Id, $"{i}.txt", $"words {i} \u00e4\U0001F600", $"half \ud800 {i}"))]);
        }

        await Harness.Ingestion.CommitAsync(
            new IngestionBatch(collection.Id, [], [(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token)).Single(state => state.Path == "7.txt").DocumentId], []), Token);
        var texts = Enumerable.Range(0, 260).SelectMany(i => (string[])[$"words {i} \u00e4\U0001F600\n", $"half \ud800 {i}\n"]).ToArray();
        await AddAsync(StoreHarness.Space, texts);
        Harness.Time.Advance(s_afterwards);
        await Harness.RunMaintenanceAsync(Token);
        Assert.Equal(2, await Harness.Cache.RemoveUnusedAsync(Token));
        Assert.Equal(texts.Select((_, i) => i / 2 != 7), await AreThereAsync(texts));
    }

    private async Task AddAsync(EmbeddingSpace space, params string[] texts)
        => await Harness.Cache.AddCachedAsync(space, [.. texts.Select(text => KeyValuePair.Create(PassageKey.Of(text), EmbeddingOf(text)))], Token);

    private async Task<IReadOnlyList<ReadOnlyMemory<float>>> FindAsync(EmbeddingSpace space, params string[] texts)
        => await Harness.Cache.FindCachedAsync(space, [.. texts.Select(text => PassageKey.Of(text))], Token);

    private async Task<IEnumerable<bool>> AreThereAsync(params string[] texts) => (await FindAsync(StoreHarness.Space, texts)).Select(each => !each.IsEmpty);

    private static ReadOnlyMemory<float> EmbeddingOf(string text) => TestDocuments.Query(text).BySpace[0].Value;

    private async Task CommitAsync(long collectionId, params DocumentVersion[] versions)
        => await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collectionId, versions), Token);

    private static float[] Unit(float[] numbers)
    {
        var length = Math.Sqrt(numbers.Sum(number => (double)number * number));
        return [.. numbers.Select(number => (float)(number / length))];
    }
}
