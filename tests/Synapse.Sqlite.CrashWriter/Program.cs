// Writes rounds into the store of the folder given, from where an earlier run was killed, and tells each when it is durable. With a second argument, the collection is
// switched to another embedding space and back meanwhile. Ends only by being killed.
using Microsoft.Extensions.Logging.Abstractions;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite;
using Synapse.Sqlite.CrashWriter;
using Synapse.Storage;

await using var store = SqliteStore.Open(args[0], TimeProvider.System, NullLogger<SqliteStore>.Instance);
var collection = await store.FindCollectionAsync(AccessScope.Everything, Rounds.Collection, CancellationToken.None)
    ?? await store.CreateCollectionAsync(Rounds.Collection, CancellationToken.None);
if (await store.FindEmbeddingSpaceAsync(collection.Id, CancellationToken.None) is null)
{
    await store.UseEmbeddingSpaceAsync(collection.Id, Rounds.Space, CancellationToken.None);
}

var source = await store.AddSourceAsync(collection.Id, SourceKind.Folder, "/crash", CancellationToken.None);
var documents = (await store.ListDocumentsAsync(AccessScope.Everything, collection.Id, null, 1_000, CancellationToken.None)).ToDictionary(document => document.Path);
var round = 0;
if (documents.TryGetValue(Rounds.RoundPath, out var marker))
{
    var text = await store.ReadTextAsync(AccessScope.Everything, marker.Id, CancellationToken.None);
    round = int.Parse(text!["round r".Length..], System.Globalization.CultureInfo.InvariantCulture);
}

var switching = args.Length > 1 ? Task.Run(() => Switches.MakeAsync(store, collection.Id)) : Task.CompletedTask;
while (!switching.IsFaulted)
{
    round++;
    var (changed, removed) = Rounds.Changes(round);
    var ids = (await store.ListDocumentStatesAsync(source.Id, CancellationToken.None)).Where(state => removed.Contains(state.Path)).Select(state => state.DocumentId);
    for (var stored = false; !stored;)
    {
        var space = (await store.FindEmbeddingSpaceAsync(collection.Id, CancellationToken.None))!;
        var batch = new IngestionBatch(collection.Id, [.. changed.Select(each => Rounds.Version(space, source.Id, each.Path, each.Text))], [.. ids], []);
        try
        {
            await store.CommitAsync(batch with { SpaceFingerprint = space.Fingerprint }, CancellationToken.None);
            stored = true;
        }
        catch (EmbeddingSpaceChangedException)
        {
            // Made for the space that was searched a moment ago: made again.
        }
    }

    Console.WriteLine(round);
}

await switching;
