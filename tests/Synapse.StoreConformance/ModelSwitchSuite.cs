using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.StoreConformance;

/// <summary>A collection gets a second embedding beside the one that is searched, and the two change places without any search noticing but by what it finds.</summary>
public abstract partial class ModelSwitchSuite(StoreHarness harness) : StoreSuite(harness)
{
    private static readonly EmbeddingSpace s_new = new("new", 48, "query: ", "passage: ");
    private static readonly string[] s_queries = ["apple banana", "cherry", "damson elder fig"];

    [Fact]
    public async Task A_switch_begins_with_every_document_lacking_embeddings()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple", "banana"), TestDocuments.Make(source.Id, "b.txt", "cherry"));
        var made = await Harness.Switching.BeginSwitchAsync(collection.Id, s_new, SwitchWish.WhenGood, Token);
        Assert.Equal(
            new ModelSwitch(
                collection.Id, StoreHarness.Space, s_new, SwitchState.Filling, SwitchWish.WhenGood, new SwitchProgress(2, 0, 3, 0, 0), made.StartedAt, null, null, null),
            made);
        Assert.False(made.Progress.IsComplete);
        for (var opened = 0; opened < 2; opened++)
        {
            Assert.Equal(made, await FindAsync(collection.Id));
            Assert.Equal(StoreHarness.Space, await Harness.Ingestion.FindEmbeddingSpaceAsync(collection.Id, Token));
            Assert.Equal(2, (await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token)).Count);
            Harness.Close();
        }
    }

    [Fact]
    public async Task A_switch_is_refused_where_it_cannot_be_made()
    {
        await Assert.ThrowsAsync<CollectionNotFoundException>(() => BeginAsync(99, s_new));
        var bare = await Harness.Library.CreateCollectionAsync("bare", Token);
        await Assert.ThrowsAsync<SwitchRefusedException>(() => BeginAsync(bare.Id, s_new));
        Assert.Null(await Harness.Switching.FindSwitchAsync(AccessScope.Everything, bare.Id, Token));

        var (moving, movingSource) = await Harness.AddCollectionAsync("moving");
        await CommitAsync(moving.Id, TestDocuments.Make(movingSource.Id, "a.txt", "apple"), TestDocuments.Make(movingSource.Id, "b.txt", "banana"));
        await Assert.ThrowsAsync<SwitchRefusedException>(() => BeginAsync(moving.Id, StoreHarness.Space));
        await Harness.Ingestion.UseEmbeddingSpaceAsync(moving.Id, s_new, Token);
        await CommitAsync(moving.Id, TestDocuments.Make(s_new, movingSource.Id, "a.txt", "apple"));
        // The other document is still of the old space.
        await Assert.ThrowsAsync<SwitchRefusedException>(() => BeginAsync(moving.Id, StoreHarness.Space));
        await CommitAsync(moving.Id, TestDocuments.Make(s_new, movingSource.Id, "b.txt", "banana"));
        await BeginAsync(moving.Id, StoreHarness.Space);
        await Assert.ThrowsAsync<SwitchRefusedException>(() => BeginAsync(moving.Id, StoreHarness.Space));
        await Assert.ThrowsAsync<SwitchRefusedException>(() => BeginAsync(moving.Id, new EmbeddingSpace("third", 8)));
        Assert.Equal((s_new, StoreHarness.Space), ((await FindAsync(moving.Id)).From, (await FindAsync(moving.Id)).To));
    }

    [Fact]
    public async Task Switches_are_listed_found_and_wished_within_the_scope_only()
    {
        var (first, _) = await Harness.AddCollectionAsync("zebra");
        var (second, _) = await Harness.AddCollectionAsync("ant");
        var (third, _) = await Harness.AddCollectionAsync("none");
        await BeginAsync(second.Id, s_new);
        await BeginAsync(first.Id, s_new);
        Assert.Equal([first.Id, second.Id], (await Harness.Switching.ListSwitchesAsync(AccessScope.Everything, Token)).Select(each => each.CollectionId));
        var scope = AccessScope.Of([second.Id, third.Id]);
        Assert.Equal([second.Id], (await Harness.Switching.ListSwitchesAsync(scope, Token)).Select(each => each.CollectionId));
        Assert.Null(await Harness.Switching.FindSwitchAsync(scope, first.Id, Token));
        Assert.Null(await Harness.Switching.FindSwitchAsync(AccessScope.Everything, third.Id, Token));
        Assert.False(await Harness.Switching.WishAsync(scope, first.Id, SwitchWish.Remove, Token));
        Assert.False(await Harness.Switching.WishAsync(AccessScope.Everything, third.Id, SwitchWish.Remove, Token));
        Assert.True(await Harness.Switching.WishAsync(scope, second.Id, SwitchWish.Remove, Token));
        Harness.Close();
        Assert.Equal(SwitchWish.Hold, (await FindAsync(first.Id)).Wish);
        Assert.Equal(SwitchWish.Remove, (await FindAsync(second.Id)).Wish);
    }

    [Fact]
    public async Task Lacking_documents_come_oldest_first_with_the_texts_that_searches_show()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "z.txt", "apple", "banana cherry"));
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "empty.txt"));
        var large = TestDocuments.MakeLong(source.Id);
        await CommitAsync(collection.Id, large);
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "damson"));
        Assert.Empty(await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token));
        await BeginAsync(collection.Id, s_new);
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "0.txt", "elder"));

        var listed = await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token);
        Assert.Equal(["z.txt", "empty.txt", large.Path, "a.txt", "0.txt"], listed.Select(each => each.Path));
        Assert.All(listed, each => Assert.Equal(source.Id, each.SourceId));
        var documents = await Harness.Library.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 10, Token);
        Assert.Equal(documents.Select(each => (each.Path, each.Id)).Order(), listed.Select(each => (each.Path, each.DocumentId)).Order());
        Assert.Equal(["apple\n", "banana cherry\n"], listed[0].Chunks);
        Assert.Empty(listed[1].Chunks);
        Assert.Equal(large.Chunks.Select(chunk => large.Text[chunk.StartOffset..chunk.EndOffset]), listed[2].Chunks);
        Assert.Equal(["z.txt", "empty.txt"], (await Harness.Switching.ListUnembeddedAsync(collection.Id, 2, Token)).Select(each => each.Path));

        await AddAsync(collection.Id, listed[0]);
        Assert.Equal(["empty.txt", large.Path, "a.txt", "0.txt"], (await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token)).Select(each => each.Path));
        await using var snapshot = await OpenAsync(collection.Id);
        Assert.Equal(6, snapshot.ChunkCount);
    }

    [Fact]
    public async Task Embeddings_are_added_once_to_what_is_there_and_of_the_right_space()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var (other, otherSource) = await Harness.AddCollectionAsync("other");
        await CommitAsync(other.Id, TestDocuments.Make(otherSource.Id, "x.txt", "apple"));
        await BeginAsync(other.Id, s_new);
        var foreign = Assert.Single(await Harness.Switching.ListUnembeddedAsync(other.Id, 10, Token));
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple", "banana"), TestDocuments.Make(source.Id, "b.txt", "cherry"), TestDocuments.Make(source.Id, "c.txt", "fig"));
        await BeginAsync(collection.Id, s_new);
        var lacking = await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token);

        var third = new EmbeddingSpace("third", s_new.Dimensions);
        await Harness.Switching.AddShadowAsync(collection.Id, third.Fingerprint, [Embed(lacking[0], s_new)], Token);
        await Harness.Switching.AddShadowAsync(collection.Id, StoreHarness.Space.Fingerprint, [Embed(lacking[0], StoreHarness.Space)], Token);
        await Harness.Switching.AddShadowAsync(collection.Id, s_new.Fingerprint, [new(9_999, new float[s_new.Dimensions]), Embed(foreign, s_new)], Token);
        await Harness.Switching.AddShadowAsync(99, s_new.Fingerprint, [Embed(lacking[0], s_new)], Token);
        Assert.Equal(new SwitchProgress(3, 0, 4, 0, 0), (await FindAsync(collection.Id)).Progress);
        Assert.Equal(new SwitchProgress(1, 0, 1, 0, 0), (await FindAsync(other.Id)).Progress);

        var refused = new ShadowEmbeddings(lacking[1].DocumentId, new float[s_new.Dimensions], IsRefused: true);
        await Harness.Switching.AddShadowAsync(collection.Id, s_new.Fingerprint, [Embed(lacking[0], s_new), refused, Embed(lacking[0], s_new)], Token);
        Assert.Equal(new SwitchProgress(3, 2, 4, 3, 1), (await FindAsync(collection.Id)).Progress);
        // Again, and another way: what is there stays.
        await Harness.Switching.AddShadowAsync(collection.Id, s_new.Fingerprint, [new(lacking[0].DocumentId, new float[2 * s_new.Dimensions], IsRefused: true)], Token);
        await AddAsync(collection.Id, lacking[1], lacking[2]);
        for (var opened = 0; opened < 2; opened++)
        {
            var progress = (await FindAsync(collection.Id)).Progress;
            Assert.Equal(new SwitchProgress(3, 3, 4, 4, 1), progress);
            Assert.True(progress.IsComplete);
            Assert.Empty(await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token));
            await using var shadow = await Harness.Switching.OpenShadowSnapshotAsync(collection.Id, Token);
            Assert.Equal(["a.txt", "a.txt", "c.txt"], await PathsAsync(shadow, "apple", s_new));
            Harness.Close();
        }
    }

    [Fact]
    public async Task Embeddings_that_do_not_fit_their_document_are_not_kept()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana", "cherry"));
        await BeginAsync(collection.Id, s_new);
        var lacking = await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token);
        ShadowEmbeddings[] documents = [Embed(lacking[0], s_new), new(lacking[1].DocumentId, new float[s_new.Dimensions])];
        await Assert.ThrowsAsync<ArgumentException>(() => Harness.Switching.AddShadowAsync(collection.Id, s_new.Fingerprint, documents, Token).AsTask());
        Assert.Equal(new SwitchProgress(2, 0, 3, 0, 0), (await FindAsync(collection.Id)).Progress);
    }

    [Fact]
    public async Task Progress_follows_every_change_of_the_documents()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var second = await Harness.Library.AddSourceAsync(collection.Id, SourceKind.Folder, "/second", Token);
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple", "banana"), TestDocuments.Make(source.Id, "b.txt", "cherry"));
        await CommitAsync(collection.Id, TestDocuments.Make(second.Id, "c.txt", "damson", "elder", "fig"), TestDocuments.Make(second.Id, "d.txt"));
        await BeginAsync(collection.Id, s_new);
        var first = await Harness.Switching.ListUnembeddedAsync(collection.Id, 3, Token);
        await Harness.Switching.AddShadowAsync(
            collection.Id, s_new.Fingerprint, [Embed(first[0], s_new), new(first[1].DocumentId, new float[s_new.Dimensions], IsRefused: true), Embed(first[2], s_new)], Token);
        await ExpectAsync(new SwitchProgress(4, 3, 6, 6, 1));

        // New, replaced with embeddings, replaced without.
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "e.txt", "grape"));
        await ExpectAsync(new SwitchProgress(5, 3, 7, 6, 1));
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"));
        await ExpectAsync(new SwitchProgress(5, 2, 6, 4, 1));
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "e.txt", "grape", "hazel"));
        await ExpectAsync(new SwitchProgress(5, 2, 7, 4, 1));
        // Embeddings that come for a version that is gone.
        await AddAsync(collection.Id, first[0]);
        await ExpectAsync(new SwitchProgress(5, 2, 7, 4, 1));

        var states = await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token);
        await Harness.Ingestion.CommitAsync(new IngestionBatch(collection.Id, [], [Id("b.txt"), Id("e.txt"), first[0].DocumentId], [new DocumentTouch(Id("a.txt"), 5, DateTimeOffset.UnixEpoch)]), Token);
        await ExpectAsync(new SwitchProgress(3, 1, 4, 3, 0));
        await Harness.Library.RemoveSourceAsync(AccessScope.Everything, second.Id, Token);
        await ExpectAsync(new SwitchProgress(1, 0, 1, 0, 0));
        await FillAsync(collection.Id);
        await ExpectAsync(new SwitchProgress(1, 1, 1, 1, 0));
        await Harness.Library.RemoveSourceAsync(AccessScope.Everything, source.Id, Token);
        await ExpectAsync(default);
        await Harness.Library.RemoveCollectionAsync(AccessScope.Everything, collection.Id, Token);
        Assert.Empty(await Harness.Switching.ListSwitchesAsync(AccessScope.Everything, Token));
        Assert.Empty(await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token));
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);

        long Id(string path) => states.Single(state => state.Path == path).DocumentId;

        async Task ExpectAsync(SwitchProgress expected)
        {
            Assert.Equal(expected, (await FindAsync(collection.Id)).Progress);
            var lacking = await Harness.Switching.ListUnembeddedAsync(collection.Id, 100, Token);
            Assert.Equal((expected.DocumentCount - expected.DocumentsDone, expected.ChunkCount - expected.ChunksDone), (lacking.Count, lacking.Sum(each => each.Chunks.Count)));
        }
    }

    [Fact]
    public async Task A_collection_that_switches_stays_in_its_space_and_takes_only_batches_of_it()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"));
        await BeginAsync(collection.Id, s_new);
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        foreach (var space in (EmbeddingSpace[])[s_new, new("third", 8)])
        {
            await Assert.ThrowsAsync<SwitchPendingException>(() => Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, space, Token).AsTask());
        }

        var late = TestDocuments.Batch(collection.Id, TestDocuments.Make(source.Id, "b.txt", "banana")) with { SpaceFingerprint = StoreHarness.Space.Fingerprint };
        var early = TestDocuments.Batch(collection.Id, TestDocuments.Make(s_new, source.Id, "b.txt", "banana")) with { SpaceFingerprint = s_new.Fingerprint };
        await Assert.ThrowsAsync<EmbeddingSpaceChangedException>(() => Harness.Ingestion.CommitAsync(early, Token).AsTask());
        await FillAsync(collection.Id);
        await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Switch, Token);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await Assert.ThrowsAsync<EmbeddingSpaceChangedException>(() => Harness.Ingestion.CommitAsync(late, Token).AsTask());
        await Assert.ThrowsAsync<SwitchPendingException>(() => Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token).AsTask());
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, s_new, Token);
        await Harness.Ingestion.CommitAsync(early, Token);

        // A document's stored embeddings are those of the space that is searched.
        var a = (await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token)).Single(state => state.Path == "a.txt");
        var stored = Assert.Single(await Harness.Ingestion.ReadEmbeddingsAsync(collection.Id, a.DocumentId, Token));
        Assert.Equal(("apple\n", s_new.Dimensions), (stored.Text, stored.Embedding.Length));
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
        await Harness.Ingestion.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
    }

    [Fact]
    public async Task Notes_are_kept_and_leave_a_switch_that_was_made_as_it_is()
    {
        var (collection, _) = await Harness.AddCollectionAsync("docs");
        await Harness.Switching.NoteSwitchAsync(collection.Id, true, null, "nobody hears this", Token);
        var made = await Harness.Switching.BeginSwitchAsync(collection.Id, s_new, SwitchWish.WhenGood, Token);
        var comparison = new SwitchComparison(EvaluationBasis.Judged, 50, 0.7, 0.71, 0.8, 0.79, 0.6, new DateTimeOffset(2026, 5, 6, 7, 8, 9, TimeSpan.Zero));
        await NoteAsync(false, null, "the provider does not answer", made with { Error = "the provider does not answer" });
        await NoteAsync(true, comparison, null, made with { State = SwitchState.Ready, Comparison = comparison });
        await NoteAsync(false, null, null, made with { Comparison = comparison });
        await NoteAsync(true, comparison with { Questions = 7 }, "x", made with { State = SwitchState.Ready, Comparison = comparison with { Questions = 7 }, Error = "x" });
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.WhenGood, Token));
        made = await FindAsync(collection.Id);
        Assert.Equal((SwitchState.Switched, 7), (made.State, made.Comparison?.Questions));
        await NoteAsync(false, null, "late", made with { Error = "late" });
        await NoteAsync(true, null, null, made with { Error = null });

        async Task NoteAsync(bool isReady, SwitchComparison? found, string? error, ModelSwitch expected)
        {
            await Harness.Switching.NoteSwitchAsync(collection.Id, isReady, found, error, Token);
            Assert.Equal(expected, await FindAsync(collection.Id));
            Harness.Close();
            Assert.Equal(expected, await FindAsync(collection.Id));
        }
    }

    [Fact]
    public async Task A_switch_is_held_by_one_until_it_lets_go_or_is_lost()
    {
        var (first, _) = await Harness.AddCollectionAsync("first");
        var (beside, _) = await Harness.AddCollectionAsync("beside");
        await BeginAsync(first.Id, s_new);
        await BeginAsync(beside.Id, s_new);
        var held = await Harness.Switching.TryHoldSwitchAsync(first.Id, Token);
        Assert.NotNull(held);
        Assert.Null(await Harness.Switching.TryHoldSwitchAsync(first.Id, Token));
        await using (var other = await Harness.Switching.TryHoldSwitchAsync(beside.Id, Token))
        {
            Assert.NotNull(other);
        }

        await held.DisposeAsync();
        await held.DisposeAsync();
        var second = await Harness.Switching.TryHoldSwitchAsync(first.Id, Token);
        Assert.NotNull(second);
        await held.DisposeAsync();
        // The first holder let go twice; what the second holds is its own.
        Assert.Null(await Harness.Switching.TryHoldSwitchAsync(first.Id, Token));
        await Harness.LoseHoldersAsync(Token);
        Harness.Close();
        await using var taken = await Harness.Switching.TryHoldSwitchAsync(first.Id, Token);
        Assert.NotNull(taken);
    }

    [Fact]
    public async Task The_questions_of_a_collection_are_kept_with_it()
    {
        var (collection, _) = await Harness.AddCollectionAsync("docs");
        var set = new EvaluationSet([new("What is an apple?", ["a.txt", "src/Über.cs"]), new("\"Quoted\" \\ and\nbroken", [])]);
        Assert.Null(await Harness.Switching.FindEvaluationAsync(AccessScope.Everything, collection.Id, Token));
        Assert.False(await Harness.Switching.SetEvaluationAsync(AccessScope.Everything, 99, set, Token));
        Assert.False(await Harness.Switching.SetEvaluationAsync(AccessScope.Of([]), collection.Id, set, Token));
        Assert.Null(await Harness.Switching.FindEvaluationAsync(AccessScope.Everything, collection.Id, Token));
        Assert.True(await Harness.Switching.SetEvaluationAsync(AccessScope.Of([collection.Id]), collection.Id, set, Token));
        Harness.Close();
        Assert.Equivalent(set, await Harness.Switching.FindEvaluationAsync(AccessScope.Everything, collection.Id, Token), strict: true);
        Assert.Null(await Harness.Switching.FindEvaluationAsync(AccessScope.Of([99]), collection.Id, Token));
        await BeginAsync(collection.Id, s_new, SwitchWish.Switch);
        await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token);
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
        Assert.Equal(2, (await Harness.Switching.FindEvaluationAsync(AccessScope.Everything, collection.Id, Token))!.Questions.Count);
        Assert.True(await Harness.Switching.SetEvaluationAsync(AccessScope.Everything, collection.Id, null, Token));
        Assert.Null(await Harness.Switching.FindEvaluationAsync(AccessScope.Everything, collection.Id, Token));
    }

    private static ShadowEmbeddings Embed(UnembeddedDocument document, EmbeddingSpace space)
        => new(document.DocumentId, document.Chunks.SelectMany(chunk => TestDocuments.Embed(chunk.TrimEnd('\n'), space.Dimensions)).ToArray());

    private async Task CommitAsync(long collectionId, params DocumentVersion[] versions)
        => await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collectionId, versions), Token);

    private async Task BeginAsync(long collectionId, EmbeddingSpace space, SwitchWish wish = SwitchWish.Hold)
        => await Harness.Switching.BeginSwitchAsync(collectionId, space, wish, Token);

    private async Task<ModelSwitch> FindAsync(long collectionId)
    {
        var found = await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token);
        Assert.NotNull(found);
        return found;
    }

    private async Task AddAsync(long collectionId, params UnembeddedDocument[] documents)
    {
        var space = (await FindAsync(collectionId)).Shadow;
        await Harness.Switching.AddShadowAsync(collectionId, space.Fingerprint, [.. documents.Select(document => Embed(document, space))], Token);
    }

    private async Task FillAsync(long collectionId)
    {
        while (await Harness.Switching.ListUnembeddedAsync(collectionId, 3, Token) is { Count: > 0 } lacking)
        {
            await AddAsync(collectionId, [.. lacking]);
        }
    }

    private async Task SwitchAsync(long collectionId)
    {
        await BeginAsync(collectionId, s_new, SwitchWish.Switch);
        await FillAsync(collectionId);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
    }

    private ValueTask<ISearchSnapshot> OpenAsync(long collectionId) => Harness.Search.OpenSnapshotAsync(AccessScope.Everything, [collectionId], Token);

    private async Task<List<string>> FoundAsync(long collectionId)
    {
        await using var snapshot = await OpenAsync(collectionId);
        return await FoundAsync(snapshot);
    }

    /// <summary>All that a view finds by words and in either space, with its scores to the last bit.</summary>
    private static async Task<List<string>> FoundAsync(ISearchSnapshot snapshot)
    {
        var found = new List<string> { $"{snapshot.ChunkCount} chunks of {snapshot.AverageLength:R} in {string.Join(',', snapshot.Spaces.Select(each => each.Space.Fingerprint))}" };
        foreach (var text in s_queries)
        {
            var terms = TestDocuments.Analyzer.AnalyzeQuery(text).Select(term => new QueryTerm(term.Text)).ToList();
            var query = new QueryEmbeddings([.. TestDocuments.Query(text).BySpace, .. TestDocuments.Query(text, s_new).BySpace]);
            foreach (var (way, hits) in ((string, IReadOnlyList<ScoredChunk>)[])
                [("words", await snapshot.FindByKeywordsAsync(terms, 1_000, Token)), ("meaning", await snapshot.FindByEmbeddingAsync(query, 1_000, Token))])
            {
                var described = await snapshot.DescribeAsync([.. hits.Select(each => each.Key)], Token);
                found.AddRange(hits.Zip(described, (hit, chunk) => $"{text} {way} {chunk.Path} {chunk.Chunk.Ordinal} {hit.Score:R} {chunk.SpaceFingerprint}").Order(StringComparer.Ordinal));
            }
        }

        return found;
    }

    private static async Task<IEnumerable<string>> PathsAsync(ISearchSnapshot snapshot, string text, EmbeddingSpace space)
    {
        var found = await snapshot.FindByEmbeddingAsync(TestDocuments.Query(text, space), 10, Token);
        return (await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token)).Select(each => each.Path).Order(StringComparer.Ordinal);
    }
}
