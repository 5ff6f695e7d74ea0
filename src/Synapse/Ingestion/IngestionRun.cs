using System.Threading.Channels;
using Synapse.Errors;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Ingestion;

/// <summary>Carries out a plan: several workers prepare files, one committer writes them in batches.</summary>
internal sealed class IngestionRun : IDisposable
{
    private const int QueueLength = 256;

    // Texts of a million characters and more are held back so that no more than this many million are in memory at once.
    private const int MaxMegaCharacters = 48;
    private const int MegaCharacter = 1_000_000;

    private readonly IIngestionStore _store;
    private readonly DocumentPreparation _preparation;
    private readonly DocumentEmbedding? _embedding;
    private readonly IngestionPlan _plan;
    private readonly IngestionOptions _options;
    private readonly TimeProvider _time;
    private readonly Action<IngestionProgress> _report;
    private readonly Func<bool> _shouldYield;
    private readonly long _startedAt;
    private readonly long _bytesUnchanged;
    private readonly List<SkippedFile> _skipped;
    private readonly Dictionary<string, List<long>> _movable = new(StringComparer.Ordinal);
    private readonly BatchBuilder _batch;
    private readonly SemaphoreSlim _taking = new(1);
    private IngestionProgress _progress;
    private int _next = -1;
    private volatile bool _hasYielded;

    /// <summary>Takes the plan and who does what.</summary>
    /// <param name="store">Where to write.</param>
    /// <param name="preparation">Prepares single files.</param>
    /// <param name="embedding">Embeds prepared files together; null when the preparation embeds them.</param>
    /// <param name="spaceFingerprint">The space of the embeddings.</param>
    /// <param name="plan">What to do.</param>
    /// <param name="work">On whose behalf.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">Tells the age of batches.</param>
    public IngestionRun(
        IIngestionStore store,
        DocumentPreparation preparation,
        DocumentEmbedding? embedding,
        string spaceFingerprint,
        IngestionPlan plan,
        IngestionWork work,
        IngestionOptions options,
        TimeProvider time)
    {
        _store = store;
        _preparation = preparation;
        _embedding = embedding;
        _plan = plan;
        _options = options;
        _time = time;
        _report = work.Report;
        _shouldYield = work.ShouldYield;
        _startedAt = time.GetTimestamp();
        _bytesUnchanged = plan.BytesUnchanged;
        _skipped = [.. plan.Skipped];
        _batch = new BatchBuilder(plan.Source.CollectionId, spaceFingerprint, work.Lease, options, time);
        _progress = new IngestionProgress(
            FilesFound: plan.FilesFound,
            FilesDone: plan.FilesFound - plan.Pending.Count,
            FilesSkipped: _skipped.Count,
            BytesFound: plan.BytesFound,
            BytesDone: plan.BytesUnchanged,
            WalkComplete: true);
    }

    /// <summary>Does all of it.</summary>
    public async Task<IngestionOutcome> CompleteAsync(CancellationToken cancellationToken)
    {
        _report(_progress);
        PlanRemovals();
        if (_plan.Pending.Count > 0)
        {
            await PrepareAndCommitAsync(cancellationToken);
        }

        // What may have been moved is known to be gone only when all files were looked at.
        foreach (var id in _hasYielded ? [] : _movable.Values.SelectMany(static ids => ids))
        {
            _batch.Remove(id);
        }

        await CommitAsync(cancellationToken);
        _skipped.Sort(static (a, b) => string.CompareOrdinal(a.Path, b.Path));
        return new IngestionOutcome(_progress, _skipped, !_hasYielded);
    }

    /// <inheritdoc />
    public void Dispose() => _taking.Dispose();

    // A document whose content turns up at another path was moved: it leaves its old path in the batch that puts it at the new one.
    private void PlanRemovals()
    {
        var newSizes = _plan.Pending.Where(static file => file.State is null).Select(static file => file.SizeBytes).ToHashSet();
        foreach (var state in _plan.Removed)
        {
            if (!newSizes.Contains(state.SizeBytes))
            {
                _batch.Remove(state.DocumentId);
            }
            else if (_movable.TryGetValue(state.ContentHash, out var ids))
            {
                ids.Add(state.DocumentId);
            }
            else
            {
                _movable.Add(state.ContentHash, [state.DocumentId]);
            }
        }
    }

    private async Task PrepareAndCommitAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var room = new SemaphoreSlim(MaxMegaCharacters);
        var prepared = Channel.CreateBounded<PreparedFile>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
        var workers = Math.Min(_options.Workers == 0 ? Environment.ProcessorCount : _options.Workers, _plan.Pending.Count);
        var working = Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(() => WorkAsync(prepared.Writer, room, stop.Token), CancellationToken.None)));
        Task closing = CloseAfterAsync(working, prepared.Writer, stop.Token);
        var ready = prepared.Reader;
        if (_embedding is not null)
        {
            var embedded = Channel.CreateBounded<PreparedFile>(new BoundedChannelOptions(QueueLength) { SingleReader = true });
            closing = Task.WhenAll(closing, CloseAfterAsync(_embedding.RunAsync(prepared.Reader, embedded.Writer, stop.Token), embedded.Writer, stop.Token));
            ready = embedded.Reader;
        }

        try
        {
            await CollectAsync(ready, room, cancellationToken);
        }
        finally
        {
            await stop.CancelAsync();
            await closing;
        }
    }

    // What was written before a fault is still read; then the reader meets the fault.
    private static Task<bool> CloseAfterAsync(Task working, ChannelWriter<PreparedFile> writer, CancellationToken stop)
        => working.ContinueWith(
            done => writer.TryComplete(FaultOf(done) ?? (done.IsCanceled ? new OperationCanceledException(stop) : null)),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);

    private static Exception? FaultOf(Task done)
        => done.Exception?.InnerExceptions.FirstOrDefault(static fault => fault is not OperationCanceledException) ?? done.Exception?.InnerException;

    private async Task WorkAsync(ChannelWriter<PreparedFile> writer, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        for (var i = Interlocked.Increment(ref _next); i < _plan.Pending.Count; i = Interlocked.Increment(ref _next))
        {
            if (_shouldYield())
            {
                _hasYielded = true;
                return;
            }

            var file = _plan.Pending[i];
            await TakeRoomAsync(room, Weight(file), cancellationToken);
            await writer.WriteAsync(await PrepareAsync(file, cancellationToken), cancellationToken);
        }
    }

    // One worker at a time, or several would wait for each other with half of what they need.
    private async ValueTask TakeRoomAsync(SemaphoreSlim room, int weight, CancellationToken cancellationToken)
    {
        if (weight == 0)
        {
            return;
        }

        await _taking.WaitAsync(cancellationToken);
        try
        {
            for (; weight > 0; weight--)
            {
                await room.WaitAsync(cancellationToken);
            }
        }
        finally
        {
            _taking.Release();
        }
    }

    private async ValueTask<PreparedFile> PrepareAsync(PendingFile file, CancellationToken cancellationToken)
    {
        try
        {
            return await _preparation.PrepareAsync(_plan.Source.Id, _plan.Root, file, cancellationToken);
        }
        catch (Exception fault) when (fault is not OperationCanceledException and not SynapseException)
        {
            return new PreparedFile(file, Skipped: new SkippedFile(file.Path, SkipReason.Failed, $"{fault.GetType().Name}: {fault.Message}"));
        }
    }

    private async Task CollectAsync(ChannelReader<PreparedFile> reader, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        while (true)
        {
            while (reader.TryRead(out var file))
            {
                cancellationToken.ThrowIfCancellationRequested();
                Take(file);
                if (_batch.IsFull || _batch.IsOld)
                {
                    Release(room, await CommitAsync(cancellationToken));
                }
            }

            var more = reader.WaitToReadAsync(cancellationToken).AsTask();
            if (!more.IsCompleted && !_batch.IsEmpty)
            {
                using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                if (await Task.WhenAny(more, Task.Delay(_batch.TimeLeft, _time, waiting.Token)) != more)
                {
                    Release(room, await CommitAsync(cancellationToken));
                }

                await waiting.CancelAsync();
            }

            if (!await more)
            {
                return;
            }
        }
    }

    private void Take(PreparedFile file)
    {
        if (file.Skipped is { } skipped)
        {
            _skipped.Add(skipped);

            // What cannot be read just now keeps its last version; what is unfit now loses it.
            if (file.File.State is { } old && skipped.Reason is not (SkipReason.Unreadable or SkipReason.Changing or SkipReason.Failed))
            {
                _batch.Remove(old.DocumentId);
            }
        }
        else if (file.Version is null && file.Touch is null && file.File.State is { } gone)
        {
            _batch.Remove(gone.DocumentId);
        }

        _batch.Add(file);
        if (file.Version is { } version && file.File.State is null && _movable.TryGetValue(version.ContentHash, out var moved) && moved.Count > 0)
        {
            _batch.Remove(moved[0]);
            moved.RemoveAt(0);
        }
    }

    private async Task<IReadOnlyList<PreparedFile>> CommitAsync(CancellationToken cancellationToken)
    {
        var files = _batch.Files;
        if (_batch.IsEmpty)
        {
            return files;
        }

        var batch = _batch.Build();
        var failed = await CommitOrSplitAsync(batch, cancellationToken);
        _skipped.AddRange(failed);
        var failedPaths = failed.Select(static skipped => skipped.Path).ToHashSet(StringComparer.Ordinal);
        var stored = files.Where(file => file.Version is not null && !failedPaths.Contains(file.File.Path)).ToList();
        var before = _progress;
        _progress = _progress with
        {
            FilesDone = _progress.FilesDone + files.Count,
            BytesDone = _progress.BytesDone + files.Sum(static file => file.File.SizeBytes),
            FilesSkipped = _skipped.Count,
            DocumentsAdded = _progress.DocumentsAdded + stored.Count(static file => file.File.State is null),
            DocumentsChanged = _progress.DocumentsChanged + stored.Count(static file => file.File.State is not null),
            DocumentsRemoved = _progress.DocumentsRemoved + batch.RemovedDocumentIds.Count,
            ChunksStored = _progress.ChunksStored + stored.Sum(static file => (long)file.Version!.Chunks.Count),
        };
        SynapseTelemetry.Committed(before, _progress, stored.Sum(static file => file.File.SizeBytes));
        _report(_progress = _progress with { BytesPerSecond = MeasureSpeed() });
        return files;
    }

    private long? MeasureSpeed()
    {
        var (bytes, elapsed) = (_progress.BytesDone - _bytesUnchanged, _time.GetElapsedTime(_startedAt));
        return bytes > 0 && elapsed > TimeSpan.Zero ? (long)(bytes / elapsed.TotalSeconds) : null;
    }

    // A batch that the store refuses for one document's sake is committed document by document, so that only that one is left out.
    private async Task<List<SkippedFile>> CommitOrSplitAsync(IngestionBatch batch, CancellationToken cancellationToken)
    {
        if (batch.Versions.Count == 0 && batch.RemovedDocumentIds.Count == 0 && batch.Touched.Count == 0)
        {
            return [];
        }

        try
        {
            await _store.CommitAsync(batch, cancellationToken);
            return [];
        }
        catch (Exception fault) when (fault is not OperationCanceledException and not SynapseException && batch.Versions.Count > 0)
        {
            if (batch.Versions.Count == 1 && batch.RemovedDocumentIds.Count == 0 && batch.Touched.Count == 0)
            {
                return [new SkippedFile(batch.Versions[0].Path, SkipReason.Failed, $"{fault.GetType().Name}: {fault.Message}")];
            }
        }

        await CommitOrSplitAsync(batch with { Versions = [] }, cancellationToken);
        var failed = new List<SkippedFile>();
        foreach (var version in batch.Versions)
        {
            failed.AddRange(await CommitOrSplitAsync(batch with { Versions = [version], RemovedDocumentIds = [], Touched = [] }, cancellationToken));
        }

        return failed;
    }

    private static void Release(SemaphoreSlim room, IReadOnlyList<PreparedFile> files)
    {
        var weight = files.Sum(static file => Weight(file.File));
        if (weight > 0)
        {
            room.Release(weight);
        }
    }

    private static int Weight(PendingFile file) => (int)Math.Min(file.SizeBytes / MegaCharacter, MaxMegaCharacters / 2);
}
