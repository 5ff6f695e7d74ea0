using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Switching;
using Synapse.Sqlite.Tests.TestSupport;
using Synapse.Storage;
using Synapse.StoreConformance;
using Synapse.Switching;

namespace Synapse.Sqlite.Tests;

public sealed class ModelSwitchTests() : ModelSwitchSuite(new SqliteHarness())
{
    private const string UnnamedParts = "SELECT count(*) FROM segment_parts AS p JOIN segments AS s ON s.id = p.id >> 20 WHERE (p.id >> 16) & 15 NOT IN (0, s.vector_stream)";

    private static readonly EmbeddingSpace s_other = new("other", 32);

    private StoreFolder Folder => ((SqliteHarness)Harness).Folder;

    private SqliteStore Store => (SqliteStore)Harness.Switching;

    [Fact]
    public async Task What_a_switch_no_longer_needs_is_taken_away_at_each_step()
    {
        var collectionId = await FilledAsync(documents: 5);
        Assert.Equal((5, 0), (Rows(), Folder.Count(UnnamedParts)));
        await Harness.Switching.PrepareSwapAsync(collectionId, Token);
        // What was prepared stays while the store is open, whatever maintenance there is.
        await Harness.RunMaintenanceAsync(Token);
        var prepared = (Rows(), Folder.Count(UnnamedParts));
        Assert.Equal(10, prepared.Item1);
        Assert.InRange(prepared.Item2, 1, 5);
        Harness.Close();
        await Harness.RunMaintenanceAsync(Token);
        Assert.Equal((5, 0), (Rows(), Folder.Count(UnnamedParts)));

        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
        await Harness.RunMaintenanceAsync(Token);
        Assert.Equal((5, 0), (Rows(), Folder.Count(UnnamedParts)));
        Assert.Equal(1, Folder.Count("SELECT count(DISTINCT space_id) FROM shadow_embeddings"));
        await Harness.Switching.PrepareSwapAsync(collectionId, Token);
        await Harness.Switching.RemoveShadowAsync(collectionId, Token);
        await Harness.RunMaintenanceAsync(Token);
        Assert.Equal((0, 0), (Rows(), Folder.Count(UnnamedParts)));
        Assert.Equal(0, Folder.Count("SELECT (SELECT count(*) FROM model_switches) + (SELECT count(*) FROM unembedded_documents) + (SELECT count(*) FROM refused_documents)"));
    }

    [Fact]
    public async Task A_removed_collection_leaves_nothing_of_its_switch()
    {
        var collectionId = await FilledAsync(documents: 5);
        await Harness.Switching.PrepareSwapAsync(collectionId, Token);
        await Harness.Library.RemoveCollectionAsync(AccessScope.Everything, collectionId, Token);
        await Harness.RunMaintenanceAsync(Token);
        Assert.Equal(0, Rows() + Folder.Count("SELECT (SELECT count(*) FROM segment_parts) + (SELECT count(*) FROM model_switches) + (SELECT count(*) FROM unembedded_documents)"));
        Assert.False(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
    }

    [Fact]
    public async Task Segments_whose_embeddings_changed_places_are_merged_with_others_and_change_back()
    {
        var collectionId = await FilledAsync(documents: 7);
        var source = (await Harness.Library.ListSourcesAsync(AccessScope.Everything, collectionId, Token))[0];
        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
        Assert.InRange(Folder.Count("SELECT count(*) FROM segments WHERE vector_stream = 2"), 1, 7);
        for (var i = 7; i < 20; i++)
        {
            await CommitAsync(collectionId, TestDocuments.Make(s_other, source.Id, $"{i}.txt", $"word{i}"));
        }

        await Harness.RunMaintenanceAsync(Token);
        Assert.InRange(Folder.Count("SELECT count(*) FROM segments"), 1, 8);
        Harness.Close();
        await FillAsync(collectionId);
        await Harness.Switching.WishAsync(AccessScope.Everything, collectionId, SwitchWish.Return, Token);
        await Harness.Switching.PrepareSwapAsync(collectionId, Token);
        await CommitAsync(collectionId, TestDocuments.Make(s_other, source.Id, "20.txt", "word20"));
        await Harness.RunMaintenanceAsync(Token);
        await FillAsync(collectionId);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Return, Token));
        await ExpectAsync(collectionId, StoreHarness.Space, 21);
        Harness.Close();
        await ExpectAsync(collectionId, StoreHarness.Space, 21);
    }

    [Fact]
    public async Task A_segment_whose_other_embeddings_would_be_too_many_is_split_first()
    {
        var collectionId = await FilledAsync(documents: 3, paragraphs: 4);
        var source = (await Harness.Library.ListSourcesAsync(AccessScope.Everything, collectionId, Token))[0];
        await CommitAsync(collectionId, [.. Enumerable.Range(3, 30).Select(i => TestDocuments.Make(source.Id, $"{i}.txt", $"word{i}", $"second word{i}"))]);
        await FillAsync(collectionId);
        Harness.Close();
        // Seven chunks of the 64 numbers that are searched: the segments of four stay whole, that of 60 does not.
        Store.MostVectorNumbers = 7 * StoreHarness.Space.Dimensions;
        await using (var shadow = await Harness.Switching.OpenShadowSnapshotAsync(collectionId, Token))
        {
            Assert.Equal(72, (await shadow.FindByEmbeddingAsync(TestDocuments.Query("word7", s_other), 100, Token)).Count);
        }

        var removed = (await Harness.Ingestion.ListDocumentStatesAsync(source.Id, Token)).Single(state => state.Path == "9.txt").DocumentId;
        await Harness.Ingestion.CommitAsync(new IngestionBatch(collectionId, [], [removed], []), Token);
        await Harness.RunMaintenanceAsync(Token);
        Assert.InRange(Folder.Count("SELECT count(*) FROM segments"), 11, 14);
        Assert.Equal(0, Folder.Count("SELECT count(*) FROM segments WHERE chunk_count > 7"));
        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
        await ExpectAsync(collectionId, s_other, 70);
        Harness.Close();
        await ExpectAsync(collectionId, s_other, 70);
    }

    [Fact]
    public async Task A_removal_that_was_interrupted_goes_on_or_is_filled_again()
    {
        var collectionId = await FilledAsync(documents: 300, inOneCommit: true);
        Harness.Close();
        UnembedPortion(collectionId);
        var half = (await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token))!.Progress;
        Assert.InRange(half.DocumentsDone, 1, 299);
        Assert.Equal(half.DocumentsDone, Rows());
        Assert.False(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
        await FillAsync(collectionId);
        Assert.Equal(new SwitchProgress(300, 300, 300, 300, 0), (await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token))!.Progress);

        Harness.Close();
        UnembedPortion(collectionId);
        await Harness.Switching.RemoveShadowAsync(collectionId, Token);
        Assert.Equal(0, Rows());
        Assert.Null(await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token));
    }

    [Fact]
    public async Task Damaged_embeddings_are_found_and_named_and_what_is_searched_goes_on()
    {
        var collectionId = await FilledAsync(documents: 5);
        Harness.Close();
        var documentId = Folder.Count("SELECT document_id FROM shadow_embeddings ORDER BY id LIMIT 1 OFFSET 2");
        Folder.Execute($"UPDATE shadow_embeddings SET bytes = CAST(X'7A' || substr(bytes, 2) AS BLOB) WHERE document_id = {documentId}");
        await ExpectDamageAsync("not as they were written");
        Harness.Close();
        Folder.Execute($"DELETE FROM shadow_embeddings WHERE document_id = {documentId}");
        await ExpectDamageAsync("missing");
        await Harness.Switching.RemoveShadowAsync(collectionId, Token);
        await Harness.Switching.BeginSwitchAsync(collectionId, s_other, SwitchWish.Switch, Token);
        await FillAsync(collectionId);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));

        async Task ExpectDamageAsync(string words)
        {
            foreach (var use in (Func<Task>[])[
                () => Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token).AsTask(),
                () => Harness.Switching.PrepareSwapAsync(collectionId, Token).AsTask(),
                () => Harness.Switching.OpenShadowSnapshotAsync(collectionId, Token).AsTask()])
            {
                var damaged = await Assert.ThrowsAsync<StoreCorruptException>(use);
                Assert.Contains($"embeddings of document {documentId}, ", damaged.Message, StringComparison.Ordinal);
                Assert.Contains(words, damaged.Message, StringComparison.Ordinal);
            }

            await ExpectAsync(collectionId, StoreHarness.Space, 5);
        }
    }

    [Fact]
    public async Task A_full_disk_keeps_nothing_of_what_was_added_and_goes_on_when_there_is_room()
    {
        var collectionId = await FilledAsync(documents: 8, paragraphs: 400, fills: false);
        // A merge leaves pages that can be used again.
        await Harness.RunMaintenanceAsync(Token);
        Harness.Close();
        Folder.Execute("VACUUM");
        var lacking = await Harness.Switching.ListUnembeddedAsync(collectionId, 10, Token);
        // Each document takes 14 kB, two pages of 8 kB.
        Store.LimitPages(Pages() + 6);
        await Harness.Switching.AddShadowAsync(collectionId, s_other.Fingerprint, [Embed(lacking[0], s_other)], Token);
        await Assert.ThrowsAsync<DiskFullException>(
            () => Harness.Switching.AddShadowAsync(collectionId, s_other.Fingerprint, [.. lacking.Skip(1).Select(document => Embed(document, s_other))], Token).AsTask());
        Assert.Equal(new SwitchProgress(8, 1, 3_200, 400, 0), (await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token))!.Progress);
        Assert.Equal(1, Rows());
        Harness.Close();
        await FillAsync(collectionId);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
    }

    [Fact]
    public async Task A_full_disk_leaves_the_space_that_was_searched_and_nothing_of_the_attempt()
    {
        var collectionId = await FilledAsync(documents: 8, paragraphs: 400);
        await Harness.RunMaintenanceAsync(Token);
        Harness.Close();
        Folder.Execute("VACUUM");
        await ExpectAsync(collectionId, StoreHarness.Space, 3_200);
        foreach (var more in (int[])[1, 4, 12, 20])
        {
            Store.LimitPages(Pages() + more);
            await Assert.ThrowsAsync<DiskFullException>(() => Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token).AsTask());
            await ExpectAsync(collectionId, StoreHarness.Space, 3_200);
            await Harness.RunMaintenanceAsync(Token);
            Assert.Equal((8, 0), (Rows(), Folder.Count(UnnamedParts)));
        }

        Store.LimitPages(int.MaxValue);
        Assert.True(await Harness.Switching.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token));
        Harness.Close();
        await ExpectAsync(collectionId, s_other, 3_200);
    }

    [Fact]
    public async Task Segments_that_come_while_others_are_prepared_change_places_with_them()
    {
        const int Rounds = 30;
        var collectionId = await FilledAsync(documents: 7, paragraphs: 40);
        var source = (await Harness.Library.ListSourcesAsync(AccessScope.Everything, collectionId, Token))[0];
        for (var round = 0; round < Rounds; round++)
        {
            var now = (await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token))!;
            await Harness.Switching.WishAsync(AccessScope.Everything, collectionId, SwitchWish.Switch, Token);
            var swap = Store.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token).AsTask();
            try
            {
                await CommitAsync(collectionId, TestDocuments.Make(now.Searched, source.Id, "new.txt", $"word{round}"));
                await FillAsync(collectionId);
            }
            catch (Exception e) when (e is ArgumentException or EmbeddingSpaceChangedException)
            {
                // The swap was faster, and the document's embedding is of the other space.
            }

            var swapped = await swap;
            await ExpectAsync(collectionId, swapped ? now.Shadow : now.Searched, (await Harness.Library.ListCollectionsAsync(AccessScope.Everything, Token)).Single().ChunkCount);
            await FillAsync(collectionId);
        }
    }

    [Fact]
    public async Task Closing_stops_a_swap_and_the_next_start_finds_one_space_or_the_other()
    {
        var collectionId = await FilledAsync(documents: 40);
        for (var round = 0; round < 10; round++)
        {
            var now = (await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token))!;
            await Harness.Switching.WishAsync(AccessScope.Everything, collectionId, SwitchWish.Switch, Token);
            var swap = Store.SwapSpacesAsync(collectionId, SwitchWish.Switch, Token).AsTask();
            Harness.Close();
            var ended = await Record.ExceptionAsync(() => swap);
            Assert.True(ended is null or OperationCanceledException or ObjectDisposedException, $"{ended}");
            var after = (await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token))!;
            Assert.Equal(ended is null ? now.Shadow : now.Searched, after.Searched);
            await ExpectAsync(collectionId, after.Searched, 40);
        }
    }

    private static ShadowEmbeddings Embed(UnembeddedDocument document, EmbeddingSpace space)
        => new(document.DocumentId, document.Chunks.SelectMany(chunk => TestDocuments.Embed(chunk.TrimEnd('\n'), space.Dimensions)).ToArray());

    private long Rows() => Folder.Count("SELECT count(*) FROM shadow_embeddings");

    private int Pages() => (int)Folder.Count("PRAGMA page_count");

    /// <summary>What a process leaves that is killed while it removes a shadow space.</summary>
    private void UnembedPortion(long collectionId)
    {
        using var writer = StoreWriter.Open(Folder.Database, 8192);
        Assert.True(writer.WriteBlocking(connection => ShadowRows.Unembed(connection, SwitchRow.Find(connection, collectionId)!), committed: null, Token));
    }

    /// <summary>A collection that is about to be switched.</summary>
    private async Task<long> FilledAsync(int documents, int paragraphs = 1, bool inOneCommit = false, bool fills = true)
    {
        var (collection, source) = await Harness.AddCollectionAsync("docs");
        var versions = Enumerable.Range(0, documents)
            .Select(i => TestDocuments.Make(source.Id, $"{i}.txt", [.. Enumerable.Range(0, paragraphs).Select(j => $"word{i} paragraph{j}")]));
        foreach (var batch in versions.Chunk(inOneCommit ? documents : 1))
        {
            await CommitAsync(collection.Id, batch);
        }

        await Harness.Switching.BeginSwitchAsync(collection.Id, s_other, SwitchWish.Switch, Token);
        if (fills)
        {
            await FillAsync(collection.Id);
        }

        return collection.Id;
    }

    private async Task FillAsync(long collectionId)
    {
        while (await Harness.Switching.ListUnembeddedAsync(collectionId, 50, Token) is { Count: > 0 } lacking)
        {
            var space = (await Harness.Switching.FindSwitchAsync(AccessScope.Everything, collectionId, Token))!.Shadow;
            await Harness.Switching.AddShadowAsync(collectionId, space.Fingerprint, [.. lacking.Select(document => Embed(document, space))], Token);
        }
    }

    private async Task CommitAsync(long collectionId, params DocumentVersion[] versions)
        => await Harness.Ingestion.CommitAsync(TestDocuments.Batch(collectionId, versions), Token);

    /// <summary>All chunks are found in one space, each by the embedding of its own text.</summary>
    private async Task ExpectAsync(long collectionId, EmbeddingSpace space, long chunks)
    {
        await using var snapshot = await Harness.Search.OpenSnapshotAsync(AccessScope.Everything, [collectionId], Token);
        Assert.Equal(space, Assert.Single(snapshot.Spaces).Space);
        var query = TestDocuments.Query("word7 paragraph3", space);
        var found = await snapshot.FindByEmbeddingAsync(query, 10_000, Token);
        Assert.Equal(chunks, found.Count);
        var texts = await snapshot.ReadTextsAsync([.. found.Select(each => each.Key)], Token);
        Assert.All(
            found.Zip(texts),
            pair => Assert.Equal(TestDocuments.Embed(pair.Second!.TrimEnd('\n'), space.Dimensions).Zip(query.BySpace[0].Value.ToArray(), (a, b) => a * b).Sum(), pair.First.Score, 0.02));
    }
}
