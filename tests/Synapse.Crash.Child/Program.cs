// Brings a folder up to date in a store, with whatever an earlier process left unfinished, and tells so. Made to be killed.
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Synapse.Crash.Child;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Sqlite;

await using var store = SqliteStore.Open(args[0], TimeProvider.System, NullLogger<SqliteStore>.Instance);

// Small batches, so that a kill finds many commits to fall between.
var options = Options.Create(new IngestionOptions { BatchChunks = 20 });
var pipeline = new IngestionPipeline(
    store, store, new Embedders(new WordEmbedder()), [], options, TimeProvider.System, NullLogger<IngestionPipeline>.Instance);
var queue = new IngestionQueue(store, store, pipeline, options, TimeProvider.System, NullLogger<IngestionQueue>.Instance);
using var stop = new CancellationTokenSource();
var running = queue.RunAsync(stop.Token);
var acquisition = await new Librarian(store, queue, options).AddAsync(AccessScope.Everything, args[1], null, CancellationToken.None);
var job = await queue.WaitAsync(AccessScope.Everything, acquisition.Job.Id, CancellationToken.None);
Console.WriteLine(job.State == IngestionJobState.Completed ? "finished" : $"{job.State}: {job.ErrorCode} {job.ErrorMessage}");
await stop.CancelAsync();
try
{
    await running;
}
catch (OperationCanceledException)
{
    // That is how it ends.
}
