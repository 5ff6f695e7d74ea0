using Microsoft.Data.Sqlite;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Storage;
using Synapse.Storage.Copying;
using Synapse.StoreConformance;
using Synapse.StoreCopying.Tests.TestSupport;
using Synapse.Switching;

namespace Synapse.StoreCopying.Tests;

public sealed class CopyTests
{
    // 8-bit numbers of 48 or 64 dimensions: each is off by 1/254 of the largest at most, and the errors mostly cancel.
    private const float Rounding = 0.01f;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite)]
    [InlineData(StoreKind.Sqlite, StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres, StoreKind.Postgres)]
    public async Task A_copy_finds_what_its_source_finds(StoreKind from, StoreKind to)
    {
        await using var original = await StorePlace.MakeAsync(from);
        await using var copy = await StorePlace.MakeAsync(to);
        using var source = await Household.OpenAsync(original);
        using var target = copy.Open();

        var report = await CopyAsync(source, target);

        Assert.False(report.Resumed);
        Assert.Equal([("large", 62L), ("moving", 4), ("nothing", 0)], report.Collections.Select(each => (each.Name, each.Documents)));
        Assert.Equal(2, report.EgressEntries);
        await AssertSameAsync(source, target);
    }

    [Fact]
    public async Task Embeddings_come_back_from_a_way_there_and_back_as_they_were()
    {
        await using var first = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var second = await StorePlace.MakeAsync(StoreKind.Postgres);
        await using var third = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var fourth = await StorePlace.MakeAsync(StoreKind.Postgres);
        using var sqlite = await Household.OpenAsync(first);
        using var postgres = second.Open();
        using var sqliteAgain = third.Open();
        using var postgresAgain = fourth.Open();

        var digests = new[] { await CopyAsync(sqlite, postgres), await CopyAsync(postgres, sqliteAgain), await CopyAsync(sqliteAgain, postgresAgain) }
            .Select(report => string.Join(' ', report.Collections.Select(collection => collection.Digest))).ToArray();

        Assert.Single(digests.Distinct());
        var before = await EmbeddingsOfAsync(sqlite);
        Assert.InRange(before.Length, 10_000, int.MaxValue);
        Assert.Equal(before, await EmbeddingsOfAsync(sqliteAgain));
        Assert.Equal(await EmbeddingsOfAsync(postgres), await EmbeddingsOfAsync(postgresAgain));
    }

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres, false)]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres, true)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite, false)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite, true)]
    public async Task A_copy_of_a_store_that_switches_its_model_has_what_is_searched_and_no_switch(StoreKind from, StoreKind to, bool isSwitched)
    {
        await using var original = await StorePlace.MakeAsync(from);
        await using var copy = await StorePlace.MakeAsync(to);
        using var source = await Household.OpenAsync(original);
        using var target = copy.Open();
        var large = await Household.FindAsync(source.Store, "large");
        var before = await Findings.OfAsync(source);
        await source.Switching.BeginSwitchAsync(large.Id, Household.Newer, SwitchWish.Switch, Token);
        if (isSwitched)
        {
            while (await source.Switching.ListUnembeddedAsync(large.Id, 20, Token) is { Count: > 0 } lacking)
            {
                await source.Switching.AddShadowAsync(
                    large.Id, Household.Newer.Fingerprint, [.. lacking.Select(each => new ShadowEmbeddings(each.DocumentId, each.Chunks.SelectMany(Embed).ToArray()))], Token);
            }

            Assert.True(await source.Switching.SwapSpacesAsync(large.Id, SwitchWish.Switch, Token));
            Assert.NotEqual(before.Vectors.Keys, (await Findings.OfAsync(source)).Vectors.Keys);
        }
        else
        {
            Assert.Equal(before.Vectors, (await Findings.OfAsync(source)).Vectors);
        }

        await CopyAsync(source, target);

        await AssertSameAsync(source, target);
        var copied = await Household.FindAsync(target.Store, "large");
        // A collection that switches would refuse that.
        await target.Store.UseEmbeddingSpaceAsync(copied.Id, new EmbeddingSpace("third", 8), Token);

        static float[] Embed(string chunk) => TestDocuments.Embed(chunk.TrimEnd('\n'), Household.Newer.Dimensions);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite, StoreKind.Postgres)]
    [InlineData(StoreKind.Postgres, StoreKind.Sqlite)]
    public async Task A_copy_that_failed_goes_on_where_it_was(StoreKind from, StoreKind to)
    {
        await using var original = await StorePlace.MakeAsync(from);
        await using var copy = await StorePlace.MakeAsync(to);
        using var source = await Household.OpenAsync(original);
        var failures = 0;
        foreach (var phase in (CopyPhase[])[CopyPhase.Copying, CopyPhase.Copying, CopyPhase.Copying, CopyPhase.Comparing])
        {
            using var broken = copy.Open();
            var reports = failures;
            await Assert.ThrowsAsync<InjectedException>(() => new StoreCopy(source.Store, broken.Store, TimeProvider.System).RunAsync(
                progress => Fail(progress.Phase == phase && --reports < 0), Token));
            failures++;
        }

        using var target = copy.Open();
        var report = await CopyAsync(source, target);

        Assert.True(report.Resumed);
        await AssertSameAsync(source, target);
    }

    [Theory]
    [InlineData(StoreKind.Sqlite, 0, false)]
    [InlineData(StoreKind.Sqlite, 20, false)]
    [InlineData(StoreKind.Postgres, 100, true)]
    public async Task What_is_searched_is_copied_of_a_collection_that_switches_models(StoreKind to, int filled, bool isSwitched)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Postgres);
        await using var copy = await StorePlace.MakeAsync(to);
        using var source = await Household.OpenAsync(original);
        using var target = copy.Open();
        var large = (await Household.FindAsync(source.Store, "large")).Id;
        var switches = (ISwitchStore)source.Store;
        await switches.BeginSwitchAsync(large, Household.Newer, SwitchWish.Switch, Token);
        foreach (var document in await switches.ListUnembeddedAsync(large, Math.Max(filled, 1), Token))
        {
            if (filled > 0)
            {
                var embeddings = document.Chunks.SelectMany(text => TestDocuments.Embed(text.TrimEnd(), Household.Newer.Dimensions)).ToArray();
                await switches.AddShadowAsync(large, Household.Newer.Fingerprint, [new ShadowEmbeddings(document.DocumentId, embeddings)], Token);
            }
        }

        Assert.Equal(isSwitched, await switches.SwapSpacesAsync(large, SwitchWish.Switch, Token));
        var report = await CopyAsync(source, target);

        Assert.False(report.Resumed);
        await AssertSameAsync(source, target);
        Assert.Empty(await ((ISwitchStore)target.Store).ListSwitchesAsync(AccessScope.Everything, Token));
    }

    [Fact]
    public async Task A_copy_goes_on_with_a_source_that_has_changed_meanwhile()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Postgres);
        using var source = await Household.OpenAsync(original);
        using var target = copy.Open();
        await Assert.ThrowsAsync<InjectedException>(() => new StoreCopy(source.Store, target.Store, TimeProvider.System).RunAsync(
            progress => Fail(progress.Phase == CopyPhase.Comparing), Token));
        var large = await Household.FindAsync(source.Store, "large");
        var sourceId = (await source.Store.ListSourcesAsync(AccessScope.Everything, large.Id, Token))[0].Id;
        var documents = await source.Store.ListDocumentsAsync(AccessScope.Everything, large.Id, null, 1_000, Token);
        await source.Store.CommitAsync(new IngestionBatch(large.Id, [TestDocuments.Make(sourceId, "folder3/Document3.txt", "changed meanwhile")], [documents[^1].Id, documents[0].Id], []), Token);
        await source.Store.RemoveCollectionAsync(AccessScope.Everything, (await Household.FindAsync(source.Store, "moving")).Id, Token);
        await source.Store.RemoveCollectionAsync(AccessScope.Everything, (await Household.FindAsync(source.Store, "nothing")).Id, Token);
        await source.Store.CreateCollectionAsync("nothing", SourceKind.Folder, "/elsewhere", CollectionPrivacy.LocalOnly, Token);

        var report = await CopyAsync(source, target);

        Assert.True(report.Resumed);
        Assert.Equal([("large", 60L), ("nothing", 0)], report.Collections.Select(each => (each.Name, each.Documents)));
        Assert.Equal((await Findings.OfAsync(source)).Keywords, (await Findings.OfAsync(target)).Keywords);
    }

    [Fact]
    public async Task What_a_copy_remembers_of_removed_collections_is_shown_to_nobody_who_may_read_others()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Postgres);
        using var source = await Household.OpenAsync(original);
        using var target = copy.Open();
        await CopyAsync(source, target);

        // 'gone' was the first collection of the source, and its key is now that of another.
        var first = (await target.Store.ListCollectionsAsync(AccessScope.Everything, Token)).MinBy(summary => summary.Collection.Id)!.Collection;
        var seen = await target.Ledger.ListAsync(AccessScope.Of([first.Id]), new(), null, 100, Token);

        Assert.Equal(["large"], seen.SelectMany(entry => entry.Documents).Select(document => document.Collection));
        var next = await target.Ledger.BeginAsync(seen[0].Attempt with { Documents = [] }, Token);
        Assert.True(next > seen[0].Id, "A new entry has a key that was used.");
    }

    [Theory]
    [InlineData(StoreKind.Sqlite)]
    [InlineData(StoreKind.Postgres)]
    public async Task A_target_that_holds_something_else_is_refused_and_left_alone(StoreKind kind)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var other = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var full = await StorePlace.MakeAsync(kind);
        await using var begun = await StorePlace.MakeAsync(kind);
        using var source = await Household.OpenAsync(original);
        using var another = other.Open();
        using var filled = full.Open();
        using var target = begun.Open();
        await another.Store.CreateCollectionAsync("another", SourceKind.Folder, "/another", CollectionPrivacy.Unrestricted, Token);
        await filled.Store.CreateCollectionAsync("mine", SourceKind.Folder, "/mine", CollectionPrivacy.Unrestricted, Token);
        await Assert.ThrowsAsync<InjectedException>(() => new StoreCopy(source.Store, target.Store, TimeProvider.System).RunAsync(_ => Fail(true), Token));

        var notEmpty = await Assert.ThrowsAsync<CopyRefusedException>(() => CopyAsync(source, filled));
        var notOurs = await Assert.ThrowsAsync<CopyRefusedException>(() => CopyAsync(another, target));
        var itself = await Assert.ThrowsAsync<CopyRefusedException>(() => CopyAsync(source, source));

        Assert.Contains("not empty (collection 'mine')", notEmpty.Message, StringComparison.Ordinal);
        Assert.Contains("unfinished copy of another store", notOurs.Message, StringComparison.Ordinal);
        Assert.Contains("the source itself", itself.Message, StringComparison.Ordinal);
        Assert.Equal(["mine"], (await filled.Store.ListCollectionsAsync(AccessScope.Everything, Token)).Select(summary => summary.Collection.Name));
        Assert.True((await CopyAsync(source, target)).Resumed);
        await Assert.ThrowsAsync<CopyRefusedException>(() => CopyAsync(source, target));
    }

    [Theory]
    [InlineData("UPDATE synapse.document_text SET bytes = set_byte(bytes, 3, get_byte(bytes, 3) # 1) WHERE document_id = (SELECT id FROM synapse.documents WHERE path = 'folder4/Document4.txt') AND piece = 0", "folder4/Document4.txt")]
    [InlineData("UPDATE synapse.chunks SET definitions = '{Space.Über,Other}' WHERE definitions IS NOT NULL", "src/Über.cs")]
    [InlineData("UPDATE synapse.chunks SET end_line = end_line + 1 WHERE ordinal = 1 AND document_id = (SELECT id FROM synapse.documents WHERE path = 'folder5/Document5.txt')", "folder5/Document5.txt")]
    [InlineData("UPDATE synapse.vectors_1 SET embedding = (SELECT embedding FROM synapse.vectors_1 WHERE ordinal = 3 LIMIT 1) WHERE ordinal = 0 AND document_id = (SELECT id FROM synapse.documents WHERE path = 'folder6/Document6.txt')", "folder6/Document6.txt")]
    [InlineData("DELETE FROM synapse.documents WHERE path = 'c.txt'", "c.txt")]
    [InlineData("UPDATE synapse.documents SET content_hash = repeat('0', 64) WHERE path = 'a.txt'", "a.txt")]
    [InlineData("UPDATE synapse.skipped_files SET reason = 'other'", "collection 'large'")]
    [InlineData("UPDATE synapse.collections SET privacy = 1 WHERE name = 'large'", "collection 'large'")]
    public async Task A_copy_that_is_not_the_same_is_named_and_the_source_can_be_copied_again(string tampering, string culprit)
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Postgres);
        await using var second = await StorePlace.MakeAsync(StoreKind.Sqlite);
        using var source = await Household.OpenAsync(original);
        using var target = copy.Open();
        using var again = second.Open();

        var differs = await Assert.ThrowsAsync<CopyDiffersException>(() => new StoreCopy(new TamperingSource(source.Store, () => copy.Tamper(tampering)), target.Store, TimeProvider.System).RunAsync(_ => { }, Token));

        Assert.Contains(culprit, differs.Message, StringComparison.Ordinal);
        await CopyAsync(source, again);
    }

    [Fact]
    public async Task Documents_whose_embeddings_are_gone_are_copied_without_and_stay_to_be_read_anew()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var copy = await StorePlace.MakeAsync(StoreKind.Postgres);
        await using var second = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await Household.FillAsync(original);
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(original.Folder, "synapse.db")};Pooling=False"))
        {
            // As the store was left by the first schema, when its space was not the newest.
            await connection.OpenAsync(Token);
            await using var command = connection.CreateCommand();
            command.CommandText = "UPDATE documents SET space_id = 0 WHERE space_id = 1; UPDATE segments SET space_id = 0 WHERE space_id = 1";
            Assert.InRange(await command.ExecuteNonQueryAsync(Token), 60, int.MaxValue);
        }

        using var source = original.Open();
        using var target = copy.Open();
        using var back = second.Open();
        await CopyAsync(source, target);
        await CopyAsync(target, back);

        var (expected, actual, returned) = (await Findings.OfAsync(source), await Findings.OfAsync(target), await Findings.OfAsync(back));
        Assert.Equal(expected.Catalogue, actual.Catalogue);
        Assert.Equal(expected.Catalogue, returned.Catalogue);
        var large = await Household.FindAsync(target.Store, "large");
        var states = await target.Store.ListDocumentStatesAsync((await target.Store.ListSourcesAsync(AccessScope.Everything, large.Id, Token))[0].Id, Token);
        Assert.All(states, state => Assert.Equal("", state.ContentHash));
    }

    [Fact]
    public async Task Only_who_may_read_everything_can_copy()
    {
        await using var original = await StorePlace.MakeAsync(StoreKind.Sqlite);
        await using var database = await StorePlace.MakeAsync(StoreKind.Postgres);
        using var sqlite = original.Open();
        using var postgres = database.Open();

        await Assert.ThrowsAnyAsync<ArgumentException>(() => sqlite.Store.OpenExportAsync(AccessScope.Of([1]), Token).AsTask());
        await Assert.ThrowsAnyAsync<ArgumentException>(() => postgres.Store.OpenExportAsync(AccessScope.Of([1]), Token).AsTask());
    }

    private static Task<CopyReport> CopyAsync(OpenStore source, OpenStore target) => new StoreCopy(source.Store, target.Store, TimeProvider.System).RunAsync(_ => { }, Token);

    private static async Task AssertSameAsync(OpenStore source, OpenStore target)
    {
        var (expected, actual) = (await Findings.OfAsync(source), await Findings.OfAsync(target));
        Assert.InRange(expected.Keywords.Count, 300, int.MaxValue);
        Assert.InRange(expected.Vectors.Count, 300, int.MaxValue);
        Assert.Equal(expected.Catalogue, actual.Catalogue);
        Assert.Equal(expected.Keywords, actual.Keywords);
        Assert.Equal(expected.Vectors.Keys.Order(StringComparer.Ordinal), actual.Vectors.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected.Vectors, found => Assert.InRange(actual.Vectors[found.Key], found.Value - Rounding, found.Value + Rounding));
    }

    private static async Task<float[]> EmbeddingsOfAsync(OpenStore opened)
    {
        var all = new List<float>();
        await using var export = await opened.Store.OpenExportAsync(AccessScope.Everything, Token);
        foreach (var collection in await export.ListCollectionsAsync(Token))
        {
            foreach (var source in await export.ListSourcesAsync(collection.Collection.Id, Token))
            {
                var contents = await export.ReadAsync(await export.ListDocumentsAsync(source.Id, "", 1_000, Token), Token);
                all.AddRange(contents.SelectMany(content => content.Embeddings.ToArray()));
            }
        }

        return [.. all];
    }

    private static void Fail(bool now)
    {
        if (now)
        {
            throw new InjectedException();
        }
    }

    private sealed class InjectedException : Exception;
}
