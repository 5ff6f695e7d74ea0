// Writes rounds into the store of the folder given, from where an earlier run was killed, and tells each when it is durable. Ends only by being killed.
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Library;
using Synapse.Sqlite;
using Synapse.Sqlite.CrashWriter;
using Synapse.Storage;

await using var store = SqliteStore.Open(args[0], TimeProvider.System, NullLogger<SqliteStore>.Instance);
var collection = await store.FindCollectionAsync(AccessScope.Everything, Rounds.Collection, CancellationToken.None)
    ?? await store.CreateCollectionAsync(Rounds.Collection, CancellationToken.None);
await store.UseEmbeddingSpaceAsync(collection.Id, Rounds.Space, CancellationToken.None);
var source = await store.AddSourceAsync(collection.Id, SourceKind.Folder, "/crash", CancellationToken.None);
var documents = (await store.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 1_000, CancellationToken.None)).ToDictionary(document => document.Path);
var round = 0;
if (documents.TryGetValue(Rounds.RoundPath, out var marker))
{
    var text = await store.ReadTextAsync(AccessScope.Everything, marker.Id, CancellationToken.None);
    round = int.Parse(text!["round r".Length..], System.Globalization.CultureInfo.InvariantCulture);
}

while (true)
{
    round++;
    var (changed, removed) = Rounds.Changes(round);
    var ids = (await store.ListDocumentStatesAsync(source.Id, CancellationToken.None)).Where(state => removed.Contains(state.Path)).Select(state => state.DocumentId);
    await store.CommitAsync(
        new IngestionBatch(collection.Id, [.. changed.Select(each => Rounds.Version(source.Id, each.Path, each.Text))], [.. ids], []), CancellationToken.None);
    Console.WriteLine(round);
}
