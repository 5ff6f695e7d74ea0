using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Ingestion.Reading;
using Synapse.Ingestion.Walking;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>Brings the documents of a source up to date with its files: walk, read, cut, embed, analyse, commit. Only what changed is read.</summary>
public sealed partial class IngestionPipeline(
    IIngestionStore store,
    ILibraryStore library,
    IEmbedders embedders,
    PassageCache cache,
    IEnumerable<IDocumentReader> readers,
    IOptions<IngestionOptions> options,
    TimeProvider time,
    ILogger<IngestionPipeline> logger)
{
    private const int LargeRunChunks = 32_000;

    private readonly FolderWalker _walker = new(options.Value);
    private readonly IDocumentReader[] _readers = [.. readers, new PlainTextReader()];

    /// <summary>Brings a source up to date.</summary>
    /// <param name="source">The source.</param>
    /// <param name="changedPaths">Paths relative to the source that may have changed, files or folders; null to look at all of it.</param>
    /// <param name="work">On whose behalf.</param>
    /// <param name="cancellationToken">Stops the work; what was committed before stays.</param>
    /// <exception cref="PathNotFoundException">The folder or file of the source is not there; its documents are kept.</exception>
    /// <exception cref="PathUnreadableException">The folder may not be read; its documents are kept.</exception>
    /// <exception cref="ProviderException">The provider of the collection's embeddings failed; what was committed before stays.</exception>
    /// <exception cref="JobLostException">The lease did not hold any more; what was committed before stays.</exception>
    /// <exception cref="DiskFullException">The disk is full; what was committed before stays.</exception>
    public async Task<IngestionOutcome> RunAsync(
        Source source, IReadOnlyCollection<string>? changedPaths, IngestionWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return await RunOnceAsync(source, changedPaths, work, cancellationToken);
        }
        catch (Exception moved) when (moved is LocalOnlyException or EmbeddingSpaceChangedException)
        {
            // Marked, or switched to another model, while it ran: what is left is embedded where the collection is now.
            return await RunOnceAsync(source, null, work, cancellationToken);
        }
    }

    private async Task<IngestionOutcome> RunOnceAsync(
        Source source, IReadOnlyCollection<string>? changedPaths, IngestionWork work, CancellationToken cancellationToken)
    {
        var (embedder, space, isMoved) = await UseEmbedderAsync(source, cancellationToken);
        var started = time.GetTimestamp();
        var states = await store.ListDocumentStatesAsync(source.Id, cancellationToken);
        var plan = await Task.Run(() => IngestionPlan.Make(_walker, source, isMoved ? null : changedPaths, states, cancellationToken), cancellationToken);
        using var embedding = PassageEmbedding.Suits(embedder)
            ? new DocumentEmbedding(new PassageEmbedding(embedder, space, library, cache, source.CollectionId), store, source.CollectionId)
            : null;
        // An analyser of its own: what it remembers of the words of a large source is let go with the run.
        var preparation = new DocumentPreparation(_readers, embedding is null ? embedder : null, new TextAnalyzer(), options.Value, time);
        using var run = new IngestionRun(store, preparation, embedding, space.Fingerprint, plan, work, options.Value, time);
        var outcome = await run.CompleteAsync(cancellationToken);
        if (outcome.Progress.ChunksStored > LargeRunChunks)
        {
            // It leaves much garbage and then silence: without being asked, the collector would let it lie for long.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }

        LogRun(
            source.Id,
            outcome.Progress.FilesFound,
            outcome.Progress.DocumentsAdded,
            outcome.Progress.DocumentsChanged,
            outcome.Progress.DocumentsRemoved,
            outcome.Progress.ChunksStored,
            time.GetElapsedTime(started).TotalMilliseconds);
        return outcome;
    }

    // A collection stays with its space while there is an embedder for it: nobody's text is sent anywhere because a provider was configured later.
    private async ValueTask<(IEmbedder Embedder, EmbeddingSpace Space, bool IsMoved)> UseEmbedderAsync(Source source, CancellationToken cancellationToken)
    {
        var stored = await store.FindEmbeddingSpaceAsync(source.CollectionId, cancellationToken);
        var localOnly = (await library.ListLocalOnlyAsync(AccessScope.Everything, [source.CollectionId], cancellationToken)).Count > 0;
        var embedder = await embedders.ForAsync(stored, localOnly, cancellationToken);
        var space = await embedder.GetSpaceAsync(cancellationToken);
        var isMoved = stored is not null && stored.Fingerprint != space.Fingerprint;
        if (isMoved)
        {
            // A source that cannot be read now keeps its collection as it is: this walk throws then.
            await Task.Run(() => IngestionPlan.Make(_walker, source, null, [], cancellationToken), cancellationToken);
        }

        await store.UseEmbeddingSpaceAsync(source.CollectionId, space, cancellationToken);
        return (embedder, space, isMoved);
    }

    [LoggerMessage(LogLevel.Debug, "Source {SourceId}: {FileCount} files, {Added} added, {Changed} changed, {Removed} removed, {ChunkCount} chunks in {ElapsedMs} ms")]
    private partial void LogRun(long sourceId, long fileCount, long added, long changed, long removed, long chunkCount, double elapsedMs);
}
