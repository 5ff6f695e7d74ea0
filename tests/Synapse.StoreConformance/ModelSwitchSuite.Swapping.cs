using System.Collections.Concurrent;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.StoreConformance;

// What searches find before, while and after the two spaces change places.
public abstract partial class ModelSwitchSuite
{
    /// <summary>What is done to the store between two steps of a switch: whatever it is, the switch goes on as if nothing had been.</summary>
    public enum Between
    {
        /// <summary>Nothing.</summary>
        Nothing,

        /// <summary>The store is closed and opened again.</summary>
        Reopening,

        /// <summary>Merging, building of indexes.</summary>
        Maintenance,
    }

    [Theory]
    [InlineData(Between.Nothing)]
    [InlineData(Between.Reopening)]
    [InlineData(Between.Maintenance)]
    public async Task Searches_find_the_same_during_a_switch_what_was_foreseen_after_it_and_the_same_as_before_after_the_way_back(Between between)
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var (reference, referenceSource) = await Harness.AddCollectionAsync("reference", s_new);
        var (bystander, bystanderSource) = await Harness.AddCollectionAsync("bystander");
        await CommitAsync(bystander.Id, TestDocuments.Make(bystanderSource.Id, "x.txt", "apple cherry", "fig"));
        for (var i = 0; i < 20; i++)
        {
            string[] paragraphs = [$"apple w{i % 3}", "banana cherry", .. Enumerable.Repeat($"damson w{i}", i % 4)];
            await CommitAsync(collection.Id, TestDocuments.Make(source.Id, $"{i:D2}.txt", paragraphs));
            await CommitAsync(reference.Id, TestDocuments.Make(s_new, referenceSource.Id, $"{i:D2}.txt", paragraphs));
        }

        // Gone, replaced, and without chunks.
        foreach (var (id, space, sourceId) in ((long, EmbeddingSpace, long)[])[(collection.Id, StoreHarness.Space, source.Id), (reference.Id, s_new, referenceSource.Id)])
        {
            var states = await Harness.Ingestion.ListDocumentStatesAsync(sourceId, Token);
            await Harness.Ingestion.CommitAsync(
                new IngestionBatch(
                    id, [TestDocuments.Make(space, sourceId, "05.txt", "elder fig"), TestDocuments.Make(space, sourceId, "empty.txt")], [states.First(state => state.Path == "03.txt").DocumentId], []),
                Token);
        }

        var before = await FoundAsync(collection.Id);
        var foreseen = await FoundAsync(reference.Id);
        var beside = await FoundAsync(bystander.Id);
        await StepAsync();
        await BeginAsync(collection.Id, s_new);
        await StepAsync();
        Assert.Equal(before, await FoundAsync(collection.Id));
        foreach (var document in await Harness.Switching.ListUnembeddedAsync(collection.Id, 7, Token))
        {
            await AddAsync(collection.Id, document);
        }

        await StepAsync();
        Assert.Equal(before, await FoundAsync(collection.Id));
        await FillAsync(collection.Id);
        await StepAsync();
        Assert.Equal(before, await FoundAsync(collection.Id));
        await ExpectShadowAsync(foreseen);

        Assert.True(await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Switch, Token));
        await Harness.Switching.PrepareSwapAsync(collection.Id, Token);
        Assert.Equal(before, await FoundAsync(collection.Id));
        await StepAsync();
        Assert.Equal(before, await FoundAsync(collection.Id));
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        for (var step = 0; step < 2; step++)
        {
            Assert.Equal(foreseen, await FoundAsync(collection.Id));
            await ExpectShadowAsync(before);
            var made = await FindAsync(collection.Id);
            Assert.Equal((SwitchState.Switched, SwitchWish.Hold, s_new, StoreHarness.Space), (made.State, made.Wish, made.Searched, made.Shadow));
            Assert.NotNull(made.SwitchedAt);
            Assert.True(made.Progress.IsComplete);
            Assert.Equal(s_new, await Harness.Ingestion.FindEmbeddingSpaceAsync(collection.Id, Token));
            Assert.All(await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token), state => Assert.NotEqual("", state.ContentHash));
            await StepAsync();
        }

        Assert.Equal("new", (await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)).Single(each => each.Collection.Id == collection.Id).EmbeddingModel);
        await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Return, Token);
        await StepAsync();
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Return, Token));
        await StepAsync();
        Assert.Equal(before, await FoundAsync(collection.Id));
        await ExpectShadowAsync(foreseen);
        var returned = await FindAsync(collection.Id);
        Assert.Equal((SwitchState.Ready, SwitchWish.Hold, StoreHarness.Space, s_new), (returned.State, returned.Wish, returned.Searched, returned.Shadow));

        // And there once more, for good.
        await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Switch, Token);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
        await StepAsync();
        Assert.Equal(foreseen, await FoundAsync(collection.Id));
        Assert.Equal(beside, await FoundAsync(bystander.Id));
        Assert.Null(await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collection.Id, Token));

        async Task ExpectShadowAsync(List<string> expected)
        {
            await using var shadow = await Harness.Switching.OpenShadowSnapshotAsync(collection.Id, Token);
            Assert.Equal(expected, await FoundAsync(shadow));
        }

        async Task StepAsync()
        {
            if (between == Between.Reopening)
            {
                Harness.Close();
            }
            else if (between == Between.Maintenance)
            {
                await Harness.RunMaintenanceAsync(Token);
            }
        }
    }

    [Fact]
    public async Task Spaces_do_not_change_places_while_a_document_lacks_embeddings_or_another_wish_holds()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "empty.txt"));
        var before = await FoundAsync(collection.Id);
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await BeginAsync(collection.Id, s_new, SwitchWish.Switch);
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        var lacking = await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token);
        await AddAsync(collection.Id, lacking[0]);
        // A document without chunks counts as the others do.
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await AddAsync(collection.Id, lacking[1]);
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.WhenGood, Token));
        await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Hold, Token);
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        Assert.Equal(before, await FoundAsync(collection.Id));
        Assert.Equal((SwitchState.Filling, SwitchWish.Hold, (DateTimeOffset?)null), ((await FindAsync(collection.Id)).State, (await FindAsync(collection.Id)).Wish, (await FindAsync(collection.Id)).SwitchedAt));

        await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.WhenGood, Token);
        await Harness.Switching.PrepareSwapAsync(collection.Id, Token);
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "b.txt", "banana"));
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.WhenGood, Token));
        await FillAsync(collection.Id);
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple cherry"));
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.WhenGood, Token));
        await FillAsync(collection.Id);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.WhenGood, Token));
        await using var after = await OpenAsync(collection.Id);
        Assert.Equal(["a.txt", "b.txt"], await PathsAsync(after, "apple cherry", s_new));
    }

    [Fact]
    public async Task An_empty_collection_switches_at_once()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var made = await Harness.Switching.BeginSwitchAsync(collection.Id, s_new, SwitchWish.Switch, Token);
        Assert.True(made.Progress.IsComplete);
        await using (var shadow = await Harness.Switching.OpenShadowSnapshotAsync(collection.Id, Token))
        {
            Assert.Equal(0, shadow.ChunkCount);
        }

        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await CommitAsync(collection.Id, TestDocuments.Make(s_new, source.Id, "a.txt", "apple"));
        Assert.Equal(new SwitchProgress(1, 0, 1, 0, 0), (await FindAsync(collection.Id)).Progress);
    }

    [Fact]
    public async Task Documents_that_come_after_the_switch_lack_the_old_space_until_they_are_embedded_there()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        await SwitchAsync(collection.Id);
        await CommitAsync(collection.Id, TestDocuments.Make(s_new, source.Id, "b.txt", "cherry"), TestDocuments.Make(s_new, source.Id, "c.txt", "damson", "apple"));
        Assert.Equal(new SwitchProgress(3, 1, 4, 1, 0), (await FindAsync(collection.Id)).Progress);
        await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Return, Token);
        Assert.False(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Return, Token));
        await using (var shadow = await Harness.Switching.OpenShadowSnapshotAsync(collection.Id, Token))
        {
            Assert.Equal(["a.txt"], await PathsAsync(shadow, "apple", StoreHarness.Space));
            Assert.Equal(2, (await shadow.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token)).Count);
        }

        Harness.Close();
        Assert.Equal(["b.txt", "c.txt"], (await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token)).Select(each => each.Path));
        await FillAsync(collection.Id);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Return, Token));
        var (reference, referenceSource) = await Harness.AddCollectionAsync("reference");
        await CommitAsync(
            reference.Id, TestDocuments.Make(referenceSource.Id, "a.txt", "apple"), TestDocuments.Make(referenceSource.Id, "b.txt", "cherry"), TestDocuments.Make(referenceSource.Id, "c.txt", "damson", "apple"));
        Assert.Equal(await FoundAsync(reference.Id), await FoundAsync(collection.Id));
    }

    [Fact]
    public async Task What_a_model_refused_is_found_by_words_alone_and_counted_in_its_space()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        await BeginAsync(collection.Id, s_new, SwitchWish.Switch);
        var lacking = await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token);
        await AddAsync(collection.Id, lacking[1]);
        await using (var partly = await Harness.Switching.OpenShadowSnapshotAsync(collection.Id, Token))
        {
            await ExpectAsync(partly);
        }

        await Harness.Switching.AddShadowAsync(collection.Id, s_new.Fingerprint, [new(lacking[0].DocumentId, new float[s_new.Dimensions], IsRefused: true)], Token);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        for (var opened = 0; opened < 2; opened++)
        {
            await using var snapshot = await OpenAsync(collection.Id);
            await ExpectAsync(snapshot);
            // The old model refused nothing.
            Assert.Equal(new SwitchProgress(2, 2, 2, 2, 0), (await FindAsync(collection.Id)).Progress);
            Harness.Close();
        }

        await Harness.Switching.WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Return, Token);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Return, Token));
        Assert.Equal(new SwitchProgress(2, 2, 2, 2, 1), (await FindAsync(collection.Id)).Progress);
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "cherry"));
        Assert.Equal(new SwitchProgress(2, 1, 2, 1, 0), (await FindAsync(collection.Id)).Progress);

        static async Task ExpectAsync(ISearchSnapshot snapshot)
        {
            Assert.Equal(2, snapshot.ChunkCount);
            Assert.Equal(["b.txt"], await PathsAsync(snapshot, "apple", s_new));
            var word = Assert.Single(await snapshot.FindByKeywordsAsync([new QueryTerm("appl")], 10, Token));
            Assert.Equal([0f], await snapshot.ScoreEmbeddingAsync(TestDocuments.Query("apple", s_new), [word.Key], Token));
        }
    }

    [Fact]
    public async Task Every_search_sees_one_space_and_all_documents_while_spaces_change_places_and_documents_come()
    {
        const int Documents = 12;
        const int Commits = 24;
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        for (var i = 0; i < Documents; i++)
        {
            await CommitAsync(collection.Id, TestDocuments.Make(source.Id, $"{i}.txt", $"apple w{i}", $"banana v{i}"));
        }

        await BeginAsync(collection.Id, s_new);
        var store = (Harness.Ingestion, Harness.Switching, Harness.Search);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seen = new ConcurrentDictionary<string, bool>();
        var searching = Task.Run(() => SearchAsync(stop.Token), Token);
        var committing = Task.Run(CommitManyAsync, Token);
        var swaps = 0;
        try
        {
            while (!committing.IsCompleted || swaps < 4 || seen.Count < 2)
            {
                var wish = swaps % 2 == 0 ? SwitchWish.Switch : SwitchWish.Return;
                await store.Switching.WishAsync(AccessScope.Everything, collection.Id, wish, Token);
                await FillAsync(collection.Id);
                swaps += await store.Switching.SwapSpacesAsync(collection.Id, wish, Token) ? 1 : 0;
                Assert.False(searching.IsCompleted, searching.Exception?.ToString());
            }

            await committing;
        }
        finally
        {
            await stop.CancelAsync();
            await searching;
        }

        await FillAsync(collection.Id);
        Assert.Equal(new SwitchProgress(Documents, Documents, 2 * Documents, 2 * Documents, 0), (await FindAsync(collection.Id)).Progress);
        Harness.Close();
        var searched = (await FindAsync(collection.Id)).Searched;
        var (reference, referenceSource) = await Harness.AddCollectionAsync("reference", searched);
        // The last commit of each document.
        await CommitAsync(
            reference.Id,
            [.. Enumerable.Range(0, Documents).Select(i => Version((searched, referenceSource.Id), Commits - Documents + i))]);
        Assert.Equal(await FoundAsync(reference.Id), await FoundAsync(collection.Id));

        static DocumentVersion Version((EmbeddingSpace Space, long SourceId) place, int number)
            => TestDocuments.Make(place.Space, place.SourceId, $"{number % Documents}.txt", $"cherry w{number % Documents}", $"damson n{number}");

        async Task CommitManyAsync()
        {
            for (var n = 0; n < Commits; n++)
            {
                for (var stored = false; !stored;)
                {
                    var space = (await store.Ingestion.FindEmbeddingSpaceAsync(collection.Id, Token))!;
                    try
                    {
                        await store.Ingestion.CommitAsync(TestDocuments.Batch(collection.Id, Version((space, source.Id), n)) with { SpaceFingerprint = space.Fingerprint }, Token);
                        stored = true;
                    }
                    catch (EmbeddingSpaceChangedException)
                    {
                        // Made for the space that was searched a moment ago: made again.
                    }
                }

                // Also while the spaces are changing places.
                await FillAsync(collection.Id);
            }
        }

        async Task SearchAsync(CancellationToken stopped)
        {
            var both = new QueryEmbeddings([.. TestDocuments.Query("apple cherry").BySpace, .. TestDocuments.Query("apple cherry", s_new).BySpace]);
            while (!stopped.IsCancellationRequested)
            {
                await using var snapshot = await store.Search.OpenSnapshotAsync(AccessScope.Everything, [collection.Id], Token);
                Assert.Equal(2 * Documents, snapshot.ChunkCount);
                seen.TryAdd(Assert.Single(snapshot.Spaces).Space.Model, true);
                var found = await snapshot.FindByEmbeddingAsync(both, 100, Token);
                Assert.Equal(2 * Documents, found.Select(each => each.Key).Distinct().Count());
                Assert.Equal(2 * Documents, found.Count);
                Assert.Single((await snapshot.DescribeAsync([.. found.Select(each => each.Key)], Token)).Select(each => each.SpaceFingerprint).Distinct());
            }
        }
    }

    [Fact]
    public async Task A_view_that_was_open_when_the_spaces_changed_places_goes_on_with_what_it_saw()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        await BeginAsync(collection.Id, s_new, SwitchWish.Switch);
        await FillAsync(collection.Id);
        await using var open = await OpenAsync(collection.Id);
        var before = await FoundAsync(open);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await Harness.RunMaintenanceAsync(Token);
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
        Assert.Equal(before, await FoundAsync(open));
        Assert.NotEqual(before, await FoundAsync(collection.Id));
    }

    [Fact]
    public async Task Removing_ends_the_switch_and_leaves_what_is_searched()
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        await CommitAsync(collection.Id, TestDocuments.Make(source.Id, "a.txt", "apple"), TestDocuments.Make(source.Id, "empty.txt"), TestDocuments.Make(source.Id, "b.txt", "banana"));
        var before = await FoundAsync(collection.Id);
        await BeginAsync(collection.Id, s_new);
        await AddAsync(collection.Id, (await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token))[0]);
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
        Assert.Null(await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collection.Id, Token));
        Assert.Empty(await Harness.Switching.ListUnembeddedAsync(collection.Id, 10, Token));
        await Assert.ThrowsAsync<SwitchNotFoundException>(() => Harness.Switching.OpenShadowSnapshotAsync(collection.Id, Token).AsTask());
        Assert.Equal(before, await FoundAsync(collection.Id));

        // Nothing of the first is left in a second one.
        for (var round = 0; round < 2; round++)
        {
            var made = await Harness.Switching.BeginSwitchAsync(collection.Id, s_new, SwitchWish.Switch, Token);
            Assert.Equal(new SwitchProgress(3, 0, 2, 0, 0), made.Progress);
            await using (var shadow = await Harness.Switching.OpenShadowSnapshotAsync(collection.Id, Token))
            {
                Assert.Empty(await PathsAsync(shadow, "apple", s_new));
            }

            await FillAsync(collection.Id);
            Assert.Equal(new SwitchProgress(3, 3, 2, 2, 0), (await FindAsync(collection.Id)).Progress);
            Harness.Close();
            await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
            Harness.Close();
        }

        await SwitchAsync(collection.Id);
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
        Assert.Equal(s_new, await Harness.Ingestion.FindEmbeddingSpaceAsync(collection.Id, Token));
        await CommitAsync(collection.Id, TestDocuments.Make(s_new, source.Id, "c.txt", "cherry"));
        await using var after = await OpenAsync(collection.Id);
        Assert.Equal(["a.txt", "b.txt", "c.txt"], await PathsAsync(after, "apple", s_new));
        await Harness.Switching.RemoveShadowAsync(collection.Id, Token);
    }
}
