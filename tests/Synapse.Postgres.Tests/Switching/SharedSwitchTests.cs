using Synapse.Errors;
using Synapse.Library;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.Storage;
using Synapse.StoreConformance;
using Synapse.Switching;

namespace Synapse.Postgres.Tests.Switching;

/// <summary>Several servers work on one switch.</summary>
public sealed class SharedSwitchTests : TwoServerTests
{
    [Fact]
    public async Task A_switch_made_on_one_server_is_seen_by_the_next_search_of_the_other_and_so_is_the_way_back()
    {
        var here = await SwitchingCollection.BeginAsync(Servers[0], Database, 20);
        var there = here.On(Servers[1]);
        await there.CheckSearchedAsync(StoreHarness.Space);
        await here.FillAsync();
        await there.CheckSearchedAsync(StoreHarness.Space);
        await using var before = await Servers[1].OpenSnapshotAsync(AccessScope.Everything, null, Token);

        Assert.True(await Servers[0].SwapSpacesAsync(here.Id, SwitchWish.Switch, Token));
        await there.CheckSearchedAsync(SwitchingCollection.To);
        Assert.Equal((SwitchState.Switched, SwitchWish.Hold), await StateAsync(there));
        // What is open sees what it saw.
        Assert.Equal([StoreHarness.Space], before.Spaces.Select(each => each.Space));
        Assert.Equal(40, (await before.FindByEmbeddingAsync(TestDocuments.Query("first 3.txt"), 100, Token)).Count);

        // Wished for twice, it is not taken back.
        Assert.True(await Servers[1].WishAsync(AccessScope.Everything, here.Id, SwitchWish.Switch, Token));
        Assert.False(await Servers[1].SwapSpacesAsync(here.Id, SwitchWish.Switch, Token));
        await there.CheckSearchedAsync(SwitchingCollection.To);

        // What comes now lacks the space before, and gets it.
        await there.CommitAsync("new.txt", "7.txt");
        Assert.True(await Servers[1].WishAsync(AccessScope.Everything, here.Id, SwitchWish.Return, Token));
        Assert.False(await Servers[1].SwapSpacesAsync(here.Id, SwitchWish.Return, Token));
        await there.CheckSearchedAsync(SwitchingCollection.To);
        foreach (var lacking in await Servers[1].ListUnembeddedAsync(here.Id, 10, Token))
        {
            await Servers[1].AddShadowAsync(here.Id, StoreHarness.Space.Fingerprint, [SwitchingCollection.Embed(lacking, StoreHarness.Space)], Token);
        }

        Assert.True(await Servers[1].SwapSpacesAsync(here.Id, SwitchWish.Return, Token));
        await here.CheckSearchedAsync(StoreHarness.Space);
        Assert.Equal((SwitchState.Ready, SwitchWish.Hold), await StateAsync(here));
        await here.CheckWholeAsync();
    }

    [Fact]
    public async Task A_switch_is_held_by_one_server_until_it_lets_go_or_is_gone()
    {
        var collection = await SwitchingCollection.BeginAsync(Servers[0], Database, 1);
        var held = await Servers[0].TryHoldSwitchAsync(collection.Id, Token);
        Assert.NotNull(held);
        Assert.Null(await Servers[1].TryHoldSwitchAsync(collection.Id, Token));
        await using (var other = await Servers[1].TryHoldSwitchAsync(collection.Id + 1, Token))
        {
            Assert.NotNull(other);
        }

        await held.DisposeAsync();
        held = await Servers[1].TryHoldSwitchAsync(collection.Id, Token);
        Assert.NotNull(held);
        await Database.TerminateBackendsAsync(Token);
        await using var taken = await Servers[0].TryHoldSwitchAsync(collection.Id, Token);
        Assert.NotNull(taken);
        // Whoever does not know yet that it is gone lets go of nothing.
        await held.DisposeAsync();
        Assert.Null(await Servers[1].TryHoldSwitchAsync(collection.Id, Token));
    }

    [Fact]
    public async Task Two_servers_that_fill_at_once_while_documents_come_and_go_leave_every_document_embedded_once()
    {
        var here = await SwitchingCollection.BeginAsync(Servers[0], Database, 120);
        var there = here.On(Servers[1]);
        await Task.WhenAll(
            Task.Run(() => here.FillAsync(7), Token),
            Task.Run(() => there.FillAsync(11), Token),
            Task.Run(
                async () =>
                {
                    for (var i = 0; i < 30; i++)
                    {
                        await there.CommitAsync($"{50 + i}.txt", $"new{i}.txt");
                        var first = (await Servers[1].ListDocumentsAsync(AccessScope.Everything, here.Id, null, 1, Token))[0];
                        await Servers[0].CommitAsync(new IngestionBatch(here.Id, [], [first.Id], []), Token);
                    }
                },
                Token));
        await here.FillAsync();

        // 120 and 30 that came; each round takes one away.
        Assert.Equal(new SwitchProgress(120, 120, 240, 240, 0), (await there.FindAsync()).Progress);
        await here.CheckWholeAsync();
        Assert.True(await Servers[1].SwapSpacesAsync(here.Id, SwitchWish.Switch, Token));
        await here.CheckSearchedAsync(SwitchingCollection.To);
        await here.CheckWholeAsync();
    }

    [Fact]
    public async Task Of_two_servers_that_let_the_spaces_change_places_one_does()
    {
        var collection = await SwitchingCollection.BeginAsync(Servers[0], Database, 5);
        await collection.FillAsync();
        for (var round = 0; round < 10; round++)
        {
            var wish = round % 2 == 0 ? SwitchWish.Switch : SwitchWish.Return;
            Assert.True(await Servers[round % 2].WishAsync(AccessScope.Everything, collection.Id, wish, Token));
            var made = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Servers[i % 2].SwapSpacesAsync(collection.Id, wish, Token).AsTask()));
            Assert.Single(made, swapped => swapped);
            await collection.CheckSearchedAsync(round % 2 == 0 ? SwitchingCollection.To : StoreHarness.Space);
        }

        await collection.CheckWholeAsync();
    }

    [Fact]
    public async Task A_batch_that_was_embedded_before_the_switch_is_refused_after_it()
    {
        var collection = await SwitchingCollection.BeginAsync(Servers[0], Database, 5);
        await collection.FillAsync();
        var late = TestDocuments.Batch(collection.Id, TestDocuments.Make(collection.SourceId, "late.txt", "late")) with { SpaceFingerprint = StoreHarness.Space.Fingerprint };
        Assert.True(await Servers[1].SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await Assert.ThrowsAsync<EmbeddingSpaceChangedException>(() => Servers[0].CommitAsync(late, Token).AsTask());
        await Assert.ThrowsAsync<SwitchPendingException>(() => Servers[0].UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token).AsTask());
        await Servers[0].UseEmbeddingSpaceAsync(collection.Id, SwitchingCollection.To, Token);
        Assert.All(await Servers[0].ListDocumentStatesAsync(collection.SourceId, Token), state => Assert.NotEqual("", state.ContentHash));
        var any = (await Servers[0].ListDocumentStatesAsync(collection.SourceId, Token))[0];
        var read = await Servers[0].ReadEmbeddingsAsync(collection.Id, any.DocumentId, Token);
        Assert.All(read, each => Assert.Equal(SwitchingCollection.To.Dimensions, each.Embedding.Length));
        Assert.Equal(2, read.Count);
    }

    [Fact]
    public async Task A_second_embedding_counts_for_nothing_where_another_collection_is_searched_in_its_space()
    {
        var collection = await SwitchingCollection.BeginAsync(Servers[0], Database, 8);
        await collection.FillAsync();
        var other = await Servers[0].CreateCollectionAsync("other", Token);
        await Servers[0].UseEmbeddingSpaceAsync(other.Id, SwitchingCollection.To, Token);
        var source = await Servers[0].AddSourceAsync(other.Id, SourceKind.Folder, "/other", Token);
        await Servers[0].CommitAsync(TestDocuments.Batch(other.Id, TestDocuments.Make(SwitchingCollection.To, source.Id, "x.txt", "first 3.txt")), Token);

        await using var snapshot = await Servers[1].OpenSnapshotAsync(AccessScope.Everything, null, Token);
        // In the space that is searched, the words are others.
        var query = new Synapse.Embedding.QueryEmbeddings([.. TestDocuments.Query("second 5.txt").BySpace, .. TestDocuments.Query("first 3.txt", SwitchingCollection.To).BySpace]);
        var near = await snapshot.FindByEmbeddingAsync(query, 100, Token);
        var chunks = await snapshot.DescribeAsync([.. near.Select(each => each.Key)], Token);
        Assert.Equal(17, near.Count);
        Assert.Equal(("5.txt", "x.txt"), (chunks[0].Path, chunks[16].Path));
        Assert.Equal(near.Select(each => each.Score), await snapshot.ScoreEmbeddingAsync(query, [.. near.Select(each => each.Key)], Token));
        Assert.Equal([StoreHarness.Space.Fingerprint, SwitchingCollection.To.Fingerprint], chunks.Select(chunk => chunk.SpaceFingerprint).Distinct());

        await using var shadow = await Servers[1].OpenShadowSnapshotAsync(collection.Id, Token);
        Assert.Equal([SwitchingCollection.To], shadow.Spaces.Select(each => each.Space));
        Assert.Equal(16, (await shadow.FindByEmbeddingAsync(query, 100, Token)).Count);
    }

    [Fact]
    public async Task What_the_model_refused_is_counted_and_goes_with_its_document()
    {
        var collection = await SwitchingCollection.BeginAsync(Servers[0], Database, 4);
        var lacking = await Servers[1].ListUnembeddedAsync(collection.Id, 2, Token);
        var zeros = new float[2 * SwitchingCollection.To.Dimensions];
        await Assert.ThrowsAsync<ArgumentException>(
            () => Servers[1].AddShadowAsync(collection.Id, SwitchingCollection.To.Fingerprint, [new ShadowEmbeddings(lacking[0].DocumentId, new float[7])], Token).AsTask());
        await Servers[1].AddShadowAsync(
            collection.Id, SwitchingCollection.To.Fingerprint, [.. lacking.Select(document => new ShadowEmbeddings(document.DocumentId, zeros, IsRefused: true))], Token);
        await collection.FillAsync();
        Assert.Equal(new SwitchProgress(4, 4, 8, 8, 2), (await collection.FindAsync()).Progress);
        Assert.True(await Servers[0].SwapSpacesAsync(collection.Id, SwitchWish.Switch, Token));
        await Servers[0].CommitAsync(new IngestionBatch(collection.Id, [], [lacking[0].DocumentId], []), Token);
        // The old model refused none.
        Assert.Equal(new SwitchProgress(3, 3, 6, 6, 0), (await collection.FindAsync()).Progress);
        await collection.CheckWholeAsync();
        Assert.True(await Servers[0].WishAsync(AccessScope.Everything, collection.Id, SwitchWish.Return, Token));
        Assert.True(await Servers[0].SwapSpacesAsync(collection.Id, SwitchWish.Return, Token));
        Assert.Equal(new SwitchProgress(3, 3, 6, 6, 1), (await collection.FindAsync()).Progress);
        await Servers[0].RemoveShadowAsync(collection.Id, Token);
        await collection.CheckWholeAsync();
    }

    private static async Task<(SwitchState State, SwitchWish Wish)> StateAsync(SwitchingCollection collection)
        => await collection.FindAsync() is var found ? (found.State, found.Wish) : default;
}
