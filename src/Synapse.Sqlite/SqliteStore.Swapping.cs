using Microsoft.Extensions.Logging;
using Synapse.Indexing;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Merging;
using Synapse.Sqlite.Search;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Switching;
using Synapse.Sqlite.Vectors;
using Synapse.Switching;

namespace Synapse.Sqlite;

// How two spaces change places. The embeddings that shall be searched are written beside those that are, into another stream of each segment, and those that are searched are
// saved for the way back, all without holding the writer for longer than one part takes. One short transaction then names the other stream; what no segment names, and what
// is saved of the space that is searched, goes by and by. Merging is kept away meanwhile, so that the segments stay what they are.
public sealed partial class SqliteStore
{
    // The segments whose embeddings of the shadow space are in their other stream already, with that space. Like the flag below, used under the merge lock only.
    private readonly Dictionary<long, long> _prepared = [];

    // Whether there may be parts and rows that nothing needs any more: what an earlier process left, or a switch.
    private bool _mayHaveStale = true;

    /// <inheritdoc/>
    public async ValueTask PrepareSwapAsync(long collectionId, CancellationToken cancellationToken)
        => await WithoutMergingAsync(token => PrepareSwap(collectionId, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<bool> SwapSpacesAsync(long collectionId, SwitchWish wish, CancellationToken cancellationToken)
        => await WithoutMergingAsync(token => SwapSpaces(collectionId, wish, token), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveShadowAsync(long collectionId, CancellationToken cancellationToken)
        => await WithoutMergingAsync(token => RemoveShadow(collectionId, token), cancellationToken);

    private async Task SplitLargeAsync(long collectionId, CancellationToken cancellationToken)
        => await WithoutMergingAsync(
            token =>
            {
                SplitLarge(collectionId, token);
                return true;
            },
            cancellationToken);

    private async Task<bool> WithoutMergingAsync(Func<CancellationToken, bool> work, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopMerging.Token);
        return await Task.Run(
            () =>
            {
                lock (_mergeLock)
                {
                    either.Token.ThrowIfCancellationRequested();
                    return work(either.Token);
                }
            },
            either.Token);
    }

    private bool PrepareSwap(long collectionId, CancellationToken cancellationToken)
    {
        SplitLarge(collectionId, cancellationToken);
        if (_readers.Read(connection => SwitchRow.Find(connection, collectionId)) is not { } ofSwitch)
        {
            return false;
        }

        try
        {
            var isComplete = true;
            foreach (var view in LiveSegments(collectionId))
            {
                isComplete &= Prepare(ofSwitch, view, cancellationToken);
            }

            return isComplete;
        }
        catch
        {
            Forget(collectionId);
            throw;
        }
    }

    private bool SwapSpaces(long collectionId, SwitchWish wish, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            SplitLarge(collectionId, cancellationToken);
            var covered = new Dictionary<long, Segment>();
            while (true)
            {
                if (_readers.Read(connection => SwitchRow.Find(connection, collectionId)) is not { } ofSwitch || ofSwitch.Switch.Wish != wish || !ofSwitch.Switch.CanSwap(wish))
                {
                    Forget(collectionId);
                    return false;
                }

                // What was prepared is kept when documents came meanwhile: next time only they are new.
                if (!ofSwitch.Switch.Progress.IsComplete || !Cover(ofSwitch, covered, cancellationToken))
                {
                    return false;
                }

                if (_writer.WriteBlocking(connection => TrySwap(connection, ofSwitch, covered), Swap, cancellationToken) is not null)
                {
                    Swapped(collectionId, covered, started);
                    return true;
                }
            }
        }
        catch
        {
            // The disk may be full: nothing of the attempt is left on it.
            Forget(collectionId);
            throw;
        }
    }

    /// <returns>The collection in its other space; null when it is not any more as it was when the segments were made.</returns>
    private CollectionIndex? TrySwap(StoreConnection connection, SwitchRow prepared, Dictionary<long, Segment> covered)
    {
        if (SwitchRow.Find(connection, prepared.CollectionId) is not { } ofSwitch
            || ofSwitch.Switch.Wish != prepared.Switch.Wish || ofSwitch.Shadow != prepared.Shadow || !ShadowRows.IsComplete(connection, prepared.CollectionId)
            || !LiveSegments(prepared.CollectionId).All(view => covered.ContainsKey(view.Segment.Id)))
        {
            return null;
        }

        // A segment of which nothing is left stays as it is. The next merge takes it away.
        var index = IndexOf(prepared.CollectionId);
        SegmentView[] segments = [.. index.Segments.Select(view => covered.TryGetValue(view.Segment.Id, out var segment) ? view with { Segment = segment } : view)];
        foreach (var segment in covered.Values)
        {
            SegmentCatalogue.SetVectors(connection, segment);
        }

        ofSwitch.Swap(connection, _time.GetUtcNow());
        return index with { Space = ofSwitch.Shadow, Segments = segments };
    }

    private void Swapped(long collectionId, Dictionary<long, Segment> covered, long started)
    {
        Forget(collectionId);
        var chunks = covered.Values.Sum(segment => segment.ChunkCount);
        if (chunks > LargeMergeChunks)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: false);
        }

        LogSwapped(collectionId, covered.Count, chunks, _time.GetElapsedTime(started).TotalMilliseconds);
    }

    /// <summary>Lets go of what was prepared. What nothing needs of it is taken away by the merging thread.</summary>
    private void Forget(long collectionId)
    {
        // Segments that are gone lost their parts with it.
        var there = LiveSegments(collectionId).Select(view => view.Segment.Id).ToHashSet();
        foreach (var id in _prepared.Keys.Where(id => there.Contains(id)).ToList())
        {
            _prepared.Remove(id);
        }

        _mayHaveStale = true;
        _mergeSignal.Set();
    }

    private IEnumerable<SegmentView> LiveSegments(long collectionId)
        => _indexes.GetValueOrDefault(collectionId)?.Segments.Where(view => view.LiveDocuments > 0) ?? [];

    /// <summary>Makes the segments that shall take the place of those that are searched.</summary>
    /// <returns>False when a document lacks embeddings.</returns>
    private bool Cover(SwitchRow ofSwitch, Dictionary<long, Segment> covered, CancellationToken cancellationToken)
    {
        var views = LiveSegments(ofSwitch.CollectionId).ToList();
        var usesSigns = VectorSearch.UsesSigns(views.Sum(view => (long)view.Segment.ChunkCount), ofSwitch.Shadow.Dimensions);
        foreach (var view in views.Where(view => !covered.ContainsKey(view.Segment.Id)))
        {
            if (!Prepare(ofSwitch, view, cancellationToken))
            {
                return false;
            }

            var segment = view.Segment;
            var vectors = _readers.Read(connection => SegmentCodec.ReadVectors(connection, segment.Id, segment.OtherVectorStream, segment.ChunkCount, ofSwitch.Shadow.Dimensions));
            if (usesSigns)
            {
                // The first search would have to wait for them otherwise.
                _ = vectors.Signs;
            }

            covered.Add(segment.Id, new Segment(segment.Id, ofSwitch.Shadow, segment.Content with { Vectors = vectors }, segment.OtherVectorStream));
        }

        return true;
    }

    /// <summary>Writes the embeddings of the shadow space into the other stream of a segment, and saves those that are searched.</summary>
    /// <returns>False when a document of it lacks embeddings.</returns>
    private bool Prepare(SwitchRow ofSwitch, SegmentView view, CancellationToken cancellationToken)
    {
        var segment = view.Segment;
        if (_prepared.GetValueOrDefault(segment.Id) == ofSwitch.Shadow.Id)
        {
            return true;
        }

        var (vectors, isComplete) = _readers.Read(connection => ShadowVectors.Read(connection, ofSwitch.CollectionId, ofSwitch.Shadow, view, cancellationToken));
        if (!isComplete || !WriteOtherStream(segment, vectors, cancellationToken))
        {
            return false;
        }

        SaveSearched(ofSwitch, view, cancellationToken);
        _prepared[segment.Id] = ofSwitch.Shadow.Id;
        return true;
    }

    /// <returns>False when the segment is gone.</returns>
    private bool WriteOtherStream(Segment segment, VectorRows vectors, CancellationToken cancellationToken)
    {
        RemoveUnnamedParts(id => id == segment.Id, cancellationToken);
        var partId = SegmentCodec.PartId(segment.Id, segment.OtherVectorStream);
        foreach (var part in SegmentCodec.Parts(SegmentCodec.VectorColumns(vectors)))
        {
            var thisPart = partId++;
            var isThere = _writer.WriteBlocking(
                connection =>
                {
                    if (!SegmentCatalogue.Exists(connection, segment.Id))
                    {
                        return false;
                    }

                    SegmentCodec.WritePart(connection, thisPart, part.Span);
                    return true;
                },
                committed: null,
                cancellationToken);
            if (!isThere)
            {
                return false;
            }
        }

        return true;
    }

    private void SaveSearched(SwitchRow ofSwitch, SegmentView view, CancellationToken cancellationToken)
    {
        var content = view.Segment.Content;
        for (var place = 0; place < content.Documents.Length;)
        {
            var first = place;
            _writer.WriteBlocking(
                connection =>
                {
                    for (long written = 0; place < content.Documents.Length && written < SegmentCodec.PartBytes; place++)
                    {
                        var document = content.Documents[place];
                        if (view.Deletions?.ContainsDocument(place) != true && document.ChunkCount > 0)
                        {
                            var bytes = ShadowVectors.Encode(content.Vectors!, document.FirstChunk, document.ChunkCount);
                            ShadowRows.Save(connection, ofSwitch.CollectionId, ofSwitch.Searched.Id, document.DocumentId, bytes);
                            written += bytes.Length;
                        }
                    }

                    return place - first;
                },
                committed: null,
                cancellationToken);
        }
    }

    private bool RemoveShadow(long collectionId, CancellationToken cancellationToken)
    {
        Forget(collectionId);
        while (true)
        {
            // Each portion's documents lack embeddings then, so that a switch that is not removed after all goes on with them.
            var isRemoved = _writer.WriteBlocking(
                connection =>
                {
                    if (SwitchRow.Find(connection, collectionId) is not { } ofSwitch)
                    {
                        return true;
                    }

                    if (ShadowRows.Unembed(connection, ofSwitch))
                    {
                        return false;
                    }

                    SwitchRow.Remove(connection, collectionId);
                    return true;
                },
                committed: null,
                cancellationToken);
            if (isRemoved)
            {
                return true;
            }
        }
    }

    /// <summary>Takes away, bit by bit, parts that no segment names and rows that belong to no shadow space. Called under the merge lock.</summary>
    private void RemoveStale(CancellationToken cancellationToken)
    {
        if (!_mayHaveStale)
        {
            return;
        }

        var there = _indexes.Values.SelectMany(index => index.Segments, (index, view) => (index.CollectionId, view.Segment.Id)).ToList();
        foreach (var id in _prepared.Keys.Except(there.Select(each => each.Id)).ToList())
        {
            _prepared.Remove(id);
        }

        RemoveUnnamedParts(id => !_prepared.ContainsKey(id), cancellationToken);
        var kept = there.Where(each => _prepared.ContainsKey(each.Id)).Select(each => each.CollectionId).ToHashSet();
        foreach (var (collectionId, spaceId) in _readers.Read(ShadowRows.ListSpaces).Where(each => !kept.Contains(each.CollectionId)))
        {
            while (_writer.WriteBlocking(
                connection => SwitchRow.Find(connection, collectionId)?.Shadow.Id != spaceId && ShadowRows.RemovePortion(connection, collectionId, spaceId).Count > 0,
                committed: null,
                cancellationToken))
            {
            }
        }

        _mayHaveStale = _prepared.Count > 0;
    }

    private void RemoveUnnamedParts(Func<long, bool> ofSegment, CancellationToken cancellationToken)
    {
        foreach (var part in _readers.Read(SegmentCatalogue.UnnamedParts).Where(part => ofSegment(part.SegmentId)))
        {
            _writer.WriteBlocking(
                connection =>
                {
                    SegmentCatalogue.RemovePart(connection, part);
                    return true;
                },
                committed: null,
                cancellationToken);
        }
    }

    /// <summary>Moves the documents of segments whose embeddings in the shadow space would not fit into one array into smaller ones, which is possible at any time.</summary>
    private void SplitLarge(long collectionId, CancellationToken cancellationToken)
    {
        if (!ShadowSpaces().TryGetValue(collectionId, out var shadow))
        {
            return;
        }

        while (LiveSegments(collectionId).FirstOrDefault(view => view.Segment.Content.Documents.Length > 1 && view.Segment.ChunkCount > MostChunks(view.Segment.Space, shadow)) is { } large)
        {
            MoveOut(collectionId, large, MostChunks(large.Segment.Space, shadow), cancellationToken);
        }
    }

    private void MoveOut(long collectionId, SegmentView view, int most, CancellationToken cancellationToken)
    {
        var content = view.Segment.Content;
        var moved = view.FirstDocuments(most).ToHashSet();
        var others = Deletions.Add(view.Deletions, content, Enumerable.Range(0, content.Documents.Length).Where(place => !moved.Contains(place)));
        var merger = new SegmentMerger([view with { Deletions = others }], view.Segment.Space?.Dimensions);
        var piece = merger.Build(cancellationToken);
        var id = WriteUnfinished(collectionId, piece, view.Segment.Space, cancellationToken);
        var isMoved = id >= 0 && _writer.WriteBlocking(
            connection =>
            {
                var index = _indexes.GetValueOrDefault(collectionId);
                if (index?.Segments.FirstOrDefault(each => each.Segment.Id == view.Segment.Id) is not { } now)
                {
                    return null;
                }

                var gone = (now.Deletions?.Documents ?? []).Where(moved.Contains).Select(place => merger.NewPlace(0, place)).ToList();
                SegmentCatalogue.SetState(connection, id, SegmentCatalogue.Live);
                SegmentCatalogue.AddTombstones(connection, id, gone);
                SegmentCatalogue.AddTombstones(connection, view.Segment.Id, moved);
                return index with
                {
                    Segments =
                    [
                        .. index.Segments.TakeWhile(each => each != now),
                        new SegmentView(new Segment(id, view.Segment.Space, piece), Deletions.Add(null, piece, gone)),
                        now with { Deletions = Deletions.Add(now.Deletions, content, moved) },
                        .. index.Segments.SkipWhile(each => each != now).Skip(1),
                    ],
                };
            },
            Swap,
            cancellationToken) is not null;
        if (!isMoved && id > 0)
        {
            RemoveBitByBit(id, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "Collection {CollectionId} is searched in its other embedding space: {SegmentCount} segments with {ChunkCount} chunks, prepared and swapped in {ElapsedMs} ms")]
    private partial void LogSwapped(long collectionId, int segmentCount, int chunkCount, double elapsedMs);
}
