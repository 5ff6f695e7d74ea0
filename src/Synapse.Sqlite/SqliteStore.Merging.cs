using Microsoft.Extensions.Logging;
using Synapse.Errors;
using Synapse.Indexing;
using Synapse.Library;
using Synapse.Sqlite.Merging;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Switching;
using Synapse.Telemetry;

namespace Synapse.Sqlite;

// Merging runs on a thread of its own. The merged segment is built and written without holding the writer for longer than one part takes; one
// short transaction then puts it in the place of the others, and carries over what was removed meanwhile.
public sealed partial class SqliteStore
{
    private const int LargeMergeChunks = 32_000;

    private readonly Thread _mergeThread;
    private readonly AutoResetEvent _mergeSignal = new(initialState: true);
    private readonly CancellationTokenSource _stopMerging = new();
    private readonly Lock _mergeLock = new();

    /// <summary>Most numbers of the embeddings of a segment. Less only in tests.</summary>
    internal int MostVectorNumbers { get; set; } = 1 << 30;

    /// <summary>Merges until no collection has segments that are worth it. Called by the merging thread, and by tests.</summary>
    internal void MergeAll()
    {
        lock (_mergeLock)
        {
            RemoveStale(_stopMerging.Token);
            var merged = true;
            while (merged)
            {
                merged = false;
                var shadows = ShadowSpaces();
                foreach (var index in _indexes.Values)
                {
                    // Embeddings of two spaces never lie in one segment. Most collections have one.
                    foreach (var ofSpace in index.Segments.GroupBy(view => view.Segment.Space).ToList())
                    {
                        if (MergePolicy.Choose([.. ofSpace], MostChunks(ofSpace.Key, shadows.GetValueOrDefault(index.CollectionId))) is { Count: > 0 } chosen)
                        {
                            merged |= Merge(index.CollectionId, chosen, ofSpace.Key, _stopMerging.Token);
                        }
                    }
                }
            }
        }
    }

    private void MergeUntilStopped()
    {
        while (!_stopMerging.IsCancellationRequested)
        {
            _mergeSignal.WaitOne();
            try
            {
                MergeAll();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is SynapseException or InvalidOperationException)
            {
                // Nothing is lost: the segments stay as they are, and the next commit tries again.
                LogMergeFailed(e);
            }
        }
    }

    private void StopMerging()
    {
        _stopMerging.Cancel();
        _mergeSignal.Set();
        if (_mergeThread.IsAlive)
        {
            _mergeThread.Join();
        }

        lock (_mergeLock)
        {
            // Spaces that are changing places have stopped too.
        }

        _mergeSignal.Dispose();
        _stopMerging.Dispose();
    }

    private int MostChunks(EmbeddingSpaceRow? space, EmbeddingSpaceRow? shadow)
        => Math.Min(MergePolicy.MostChunks, MostVectorNumbers / Math.Max(Math.Max(space?.Dimensions ?? 0, shadow?.Dimensions ?? 0), 1));

    /// <summary>The shadow space of each collection that has one: its embeddings shall fit into one array, as those that are searched do.</summary>
    private Dictionary<long, EmbeddingSpaceRow> ShadowSpaces()
        => _readers.Read(connection => SwitchRow.List(connection, AccessScope.Everything)).ToDictionary(row => row.CollectionId, row => row.Shadow);

    /// <returns>Whether the merged segment took the place of the others.</returns>
    private bool Merge(long collectionId, IReadOnlyList<SegmentView> views, EmbeddingSpaceRow? space, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var merger = new SegmentMerger(views, space?.Dimensions);
        var content = merger.Build(cancellationToken);
        var id = content.Documents.Length == 0 ? 0 : WriteUnfinished(collectionId, content, space, cancellationToken);
        var swapped = id >= 0 && _writer.WriteBlocking(
            connection =>
            {
                if (Replace(collectionId, views, merger, content, id) is not { } replaced)
                {
                    return null;
                }

                if (id > 0)
                {
                    SegmentCatalogue.SetState(connection, id, SegmentCatalogue.Live);
                    SegmentCatalogue.AddTombstones(connection, id, replaced.Gone);
                }

                foreach (var view in views)
                {
                    SegmentCatalogue.SetState(connection, view.Segment.Id, SegmentCatalogue.Replaced);
                }

                return replaced.Index;
            },
            Swap,
            cancellationToken) is not null;
        foreach (var old in swapped ? views.Select(view => view.Segment.Id) : [id])
        {
            RemoveBitByBit(old, cancellationToken);
        }

        if (content.Chunks.Length > LargeMergeChunks)
        {
            // The old arrays are large and long-lived: without being asked, the collector would let them lie for long.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }

        SynapseTelemetry.Merged(_time.GetElapsedTime(started));
        LogMerged(views.Count, content.Chunks.Length, swapped, _time.GetElapsedTime(started).TotalMilliseconds);
        return swapped;
    }

    /// <summary>Writes a segment that is not searched yet, part by part.</summary>
    /// <returns>Its id, or -1 when its collection was removed.</returns>
    private long WriteUnfinished(long collectionId, SegmentContent content, EmbeddingSpaceRow? space, CancellationToken cancellationToken)
    {
        var id = _writer.WriteBlocking(
            connection => _indexes.ContainsKey(collectionId)
                ? SegmentCatalogue.Add(connection, collectionId, SegmentCatalogue.Unfinished, space?.Id ?? 0, content.Chunks.Length)
                : -1,
            committed: null,
            cancellationToken);
        if (id < 0)
        {
            return id;
        }

        var streams = (IEnumerable<ReadOnlyMemory<byte>>[])[SegmentCodec.IndexColumns(content), content.Vectors is { } vectors ? SegmentCodec.VectorColumns(vectors) : []];
        for (var stream = 0; stream < streams.Length; stream++)
        {
            var partId = SegmentCodec.PartId(id, stream);
            foreach (var part in SegmentCodec.Parts(streams[stream]))
            {
                var thisPart = partId++;
                _writer.WriteBlocking(
                    connection =>
                    {
                        SegmentCodec.WritePart(connection, thisPart, part.Span);
                        return true;
                    },
                    committed: null,
                    cancellationToken);
            }
        }

        return id;
    }

    /// <summary>The collection with the merged segment in the place of the others, and the documents of it that were removed meanwhile.</summary>
    /// <returns>Null when the segments are no longer as they were: the collection was removed.</returns>
    private (CollectionIndex Index, List<int> Gone)? Replace(
        long collectionId, IReadOnlyList<SegmentView> views, SegmentMerger merger, SegmentContent content, long id)
    {
        if (!_indexes.TryGetValue(collectionId, out var index))
        {
            return null;
        }

        var gone = new List<int>();
        for (var i = 0; i < views.Count; i++)
        {
            var now = index.Segments.FirstOrDefault(view => ReferenceEquals(view.Segment, views[i].Segment));
            if (now is null)
            {
                return null;
            }

            gone.AddRange((now.Deletions?.Documents ?? []).Select(document => merger.NewPlace(i, document)).Where(place => place >= 0));
        }

        var segments = index.Segments.ToList();
        var position = segments.FindIndex(view => ReferenceEquals(view.Segment, views[0].Segment));
        segments.RemoveAll(view => views.Any(old => ReferenceEquals(old.Segment, view.Segment)));
        if (id > 0)
        {
            segments.Insert(Math.Min(position, segments.Count), new SegmentView(new Segment(id, views[0].Segment.Space, content), Deletions.Add(null, content, gone)));
        }

        return (index with { Segments = segments }, gone);
    }

    private void RemoveBitByBit(long segmentId, CancellationToken cancellationToken)
    {
        while (_writer.WriteBlocking(connection => SegmentCatalogue.RemovePart(connection, segmentId), committed: null, cancellationToken))
        {
        }

        _writer.WriteBlocking(
            connection =>
            {
                SegmentCatalogue.Remove(connection, segmentId);
                return true;
            },
            committed: null,
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Debug, "Merged {SegmentCount} segments into one of {ChunkCount} chunks in {ElapsedMs} ms (in place: {Swapped})")]
    private partial void LogMerged(int segmentCount, int chunkCount, bool swapped, double elapsedMs);

    [LoggerMessage(LogLevel.Warning, "Merging segments failed; it is tried again after the next commit")]
    private partial void LogMergeFailed(Exception exception);
}
