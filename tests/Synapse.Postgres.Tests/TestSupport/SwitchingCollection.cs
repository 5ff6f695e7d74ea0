using Synapse.Embedding;
using Synapse.Library;
using Synapse.PostgresServers;
using Synapse.Storage;
using Synapse.StoreConformance;
using Synapse.Switching;

namespace Synapse.Postgres.Tests.TestSupport;

/// <summary>A collection that switches models, and what a worker does with it.</summary>
internal sealed record SwitchingCollection(PostgresStore Store, PostgresDatabase Database, long Id, long SourceId)
{
    /// <summary>The space to switch to. Its numbers are of another size.</summary>
    public static readonly EmbeddingSpace To = new("newer", 48);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Makes a collection of documents with two chunks each, and begins its switch.</summary>
    public static async Task<SwitchingCollection> BeginAsync(PostgresStore store, PostgresDatabase database, int documents, SwitchWish wish = SwitchWish.Switch)
    {
        var collection = await store.CreateCollectionAsync("docs", Token);
        await store.UseEmbeddingSpaceAsync(collection.Id, StoreHarness.Space, Token);
        var source = await store.AddSourceAsync(collection.Id, SourceKind.Folder, "/docs", Token);
        var made = new SwitchingCollection(store, database, collection.Id, source.Id);
        foreach (var part in Enumerable.Range(0, documents).Chunk(500))
        {
            await made.CommitAsync([.. part.Select(i => $"{i}.txt")]);
        }

        await store.BeginSwitchAsync(collection.Id, To, wish, Token);
        return made;
    }

    /// <summary>The same as another server sees it.</summary>
    public SwitchingCollection On(PostgresStore store) => this with { Store = store };

    /// <summary>Commits documents, each of whose chunks has a word of its own.</summary>
    public async Task CommitAsync(params string[] paths)
    {
        var space = (await Store.FindEmbeddingSpaceAsync(Id, Token))!;
        await Store.CommitAsync(TestDocuments.Batch(Id, [.. paths.Select(path => TestDocuments.Make(space, SourceId, path, $"first {path}", $"second {path}"))]), Token);
    }

    /// <summary>Embeds what lacks embeddings, some documents at a time.</summary>
    public async Task FillAsync(int atOnce = 100)
    {
        while (await Store.ListUnembeddedAsync(Id, atOnce, Token) is { Count: > 0 } lacking)
        {
            await Store.AddShadowAsync(Id, (await FindAsync()).Shadow.Fingerprint, [.. lacking.Select(document => Embed(document))], Token);
        }
    }

    /// <summary>Embeddings of a document in a space.</summary>
    public static ShadowEmbeddings Embed(UnembeddedDocument document, EmbeddingSpace? space = null)
        => new(document.DocumentId, document.Chunks.SelectMany(text => TestDocuments.Embed(text.TrimEnd(), (space ?? To).Dimensions)).ToArray());

    public async Task<ModelSwitch> FindAsync() => (await Store.FindSwitchAsync(AccessScope.Everything, Id, Token))!;

    /// <summary>The path of the nearest chunk in a space, with its score; null when the collection is not searched there.</summary>
    public async Task<(string Path, float Score)?> NearestAsync(string text, EmbeddingSpace space)
    {
        await using var snapshot = await Store.OpenSnapshotAsync(AccessScope.Everything, [Id], Token);
        return await snapshot.FindByEmbeddingAsync(TestDocuments.Query(text, space), 1, Token) is [var nearest, ..]
            ? ((await snapshot.DescribeAsync([nearest.Key], Token))[0].Path, nearest.Score)
            : null;
    }

    /// <summary>Checks that searches use a space and no other, and find everything there.</summary>
    public async Task CheckSearchedAsync(EmbeddingSpace space)
    {
        await using var snapshot = await Store.OpenSnapshotAsync(AccessScope.Everything, [Id], Token);
        Assert.Equal([space], snapshot.Spaces.Select(each => each.Space));
        var found = await snapshot.FindByEmbeddingAsync(TestDocuments.Query("first 3.txt", space), 100_000, Token);
        Assert.Equal(snapshot.ChunkCount, found.Count);
        Assert.Equal(1, found[0].Score, 0.01);
        Assert.All(await snapshot.DescribeAsync([.. found.Take(50).Select(each => each.Key)], Token), chunk => Assert.Equal(space.Fingerprint, chunk.SpaceFingerprint));
    }

    /// <summary>Checks that counts and rows of the database agree.</summary>
    public async Task CheckWholeAsync()
    {
        var spaces = await Database.ScalarAsync<long[]>("SELECT array_agg(id) FROM synapse.embedding_spaces", Token);
        foreach (var sql in (string[])
        [
            "SELECT count(*) FROM synapse.collections AS c WHERE chunk_count <> (SELECT coalesce(sum(chunk_count), 0) FROM synapse.collection_spaces WHERE collection_id = c.id)",
            "SELECT count(*) FROM synapse.collection_spaces AS s JOIN synapse.collections AS c ON c.id = s.collection_id WHERE s.space_id <> c.space_id",
            "SELECT count(*) FROM synapse.model_switches AS m WHERE (documents_done, chunks_done, from_refused, to_refused) <>"
                + " (SELECT count(*), coalesce(sum(chunk_count), 0), count(*) FILTER (WHERE is_refused AND second_space_id = m.from_space_id), count(*) FILTER (WHERE is_refused AND second_space_id = m.to_space_id) FROM synapse.documents WHERE collection_id = m.collection_id AND second_space_id <> 0)",
            "SELECT count(*) FROM synapse.documents WHERE (second_space_id <> 0 OR is_refused) AND collection_id NOT IN (SELECT collection_id FROM synapse.model_switches)",
            "SELECT count(*) FROM synapse.documents AS d JOIN synapse.collections AS c ON c.id = d.collection_id WHERE c.space_id NOT IN (d.space_id, d.second_space_id)",
            .. spaces.Select(space =>
                $"SELECT count(*) FROM synapse.vectors_{space} AS v LEFT JOIN synapse.documents AS d ON d.id = v.document_id WHERE {space} IN (d.space_id, d.second_space_id) IS NOT TRUE"),
            .. spaces.Select(space =>
                $"SELECT count(*) FROM synapse.documents AS d WHERE {space} IN (d.space_id, d.second_space_id) AND NOT is_refused AND chunk_count <> (SELECT count(*) FROM synapse.vectors_{space} WHERE document_id = d.id)"),
        ])
        {
            Assert.Equal((sql, 0L), (sql, await Database.ScalarAsync<long>(sql, Token)));
        }
    }
}
