// Brings a folder up to date in a store, with whatever an earlier process left unfinished, and tells so. Made to be killed.
// With a third argument, a file, the embedder is asked in requests as one on a server is, and that file lists the texts that it embedded.
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Synapse.Crash.Child;
using Synapse.Embedding;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Postgres;
using Synapse.Sqlite;
using Synapse.Storage;

// The place is a data folder, or the address of a database that other servers use too.
await using var store = args[0].StartsWith("postgres://", StringComparison.Ordinal)
    ? PostgresStore.Open(AddressOf(args[0]), new PostgresOptions { ConnectTimeout = TimeSpan.FromSeconds(30) }, TimeProvider.System, NullLogger<PostgresStore>.Instance)
    : (IAsyncDisposable)SqliteStore.Open(args[0], TimeProvider.System, NullLogger<SqliteStore>.Instance);
var (jobs, library) = ((IJobStore)store, (ILibraryStore)store);

// Small batches, so that a kill finds many commits to fall between.
var options = Options.Create(new IngestionOptions { BatchChunks = 20, LeaseDuration = TimeSpan.FromSeconds(2) });
IEmbedder embedder = new WordEmbedder();
if (args is [_, _, var log])
{
    embedder = new RequestEmbedder(log);
    // No commit before the end: what is known after a kill, the cache knows.
    options.Value.BatchChunks = 100_000;
    options.Value.BatchAge = TimeSpan.FromMinutes(1);
}

var cache = new PassageCache((IEmbeddingCache)store, Options.Create(new EmbeddingOptions()), TimeProvider.System, NullLogger<PassageCache>.Instance);
var pipeline = new IngestionPipeline(
    (IIngestionStore)store, library, new Embedders(embedder), cache, [], options, TimeProvider.System, NullLogger<IngestionPipeline>.Instance);
var queue = new IngestionQueue(jobs, library, pipeline, options, TimeProvider.System, NullLogger<IngestionQueue>.Instance);
using var stop = new CancellationTokenSource();
var running = queue.RunAsync(stop.Token);
var acquisition = await new Librarian(library, queue, options).AddAsync(AccessScope.Everything, args[1], null, CancellationToken.None);
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

static DatabaseAddress AddressOf(string url)
    => DatabaseAddress.Read(new ConfigurationBuilder().AddInMemoryCollection([new("DATABASE_URL", url)]).Build(), [])!;
