using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Search;
using Synapse.Sqlite.Segments;
using Synapse.Sqlite.Switching;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Sqlite;

public sealed partial class SqliteStore : ISwitchStore
{
    private readonly ConcurrentDictionary<long, SwitchHold> _holds = new();

    /// <inheritdoc/>
    public ValueTask<ModelSwitch> BeginSwitchAsync(long collectionId, EmbeddingSpace space, SwitchWish wish, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentOutOfRangeException.ThrowIfLessThan(space.Dimensions, 1);
        return _writer.WriteAsync(connection => Begin(connection, IndexOf(collectionId), space, wish), committed: null, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<ModelSwitch>> ListSwitchesAsync(AccessScope scope, CancellationToken cancellationToken)
        => new(_readers.Read(connection => SwitchRow.List(connection, scope)).ConvertAll(row => row.Switch));

    /// <inheritdoc/>
    public ValueTask<ModelSwitch?> FindSwitchAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => SwitchRow.Find(connection, scope, collectionId))?.Switch);

    /// <inheritdoc/>
    public async ValueTask<bool> WishAsync(AccessScope scope, long collectionId, SwitchWish wish, CancellationToken cancellationToken)
        => scope.Allows(collectionId)
            && await _writer.WriteAsync(connection => SwitchRow.SetWish(connection, collectionId, wish), committed: null, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>One process has the store open: others cannot hold anything.</remarks>
    public ValueTask<IAsyncDisposable?> TryHoldSwitchAsync(long collectionId, CancellationToken cancellationToken)
    {
        var hold = new SwitchHold(_holds, collectionId);
        return new(_holds.TryAdd(collectionId, hold) ? hold : null);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<UnembeddedDocument>> ListUnembeddedAsync(long collectionId, int limit, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        while (true)
        {
            // While nobody else writes, so that the documents are those of the segments.
            var (lacking, index) = await _writer.WriteAsync(
                connection => (ShadowRows.ListLacking(connection, collectionId, limit), _indexes.GetValueOrDefault(collectionId)), committed: null, cancellationToken);
            if (lacking.Count == 0 || index is null)
            {
                return [];
            }

            // Those that were removed since are passed over; when all were, there may be others.
            var documents = _readers.Read(connection => lacking.ConvertAll(id => ReadUnembedded(connection, index, id))).OfType<UnembeddedDocument>().ToList();
            if (documents.Count > 0)
            {
                return documents;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask AddShadowAsync(long collectionId, string spaceFingerprint, IReadOnlyList<ShadowEmbeddings> documents, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(documents);
        if (_readers.Read(connection => SwitchRow.Find(connection, collectionId)) is not { } known || known.Shadow.Fingerprint != spaceFingerprint)
        {
            return;
        }

        var rows = documents.Select(document => ShadowVectors.Encode(document.Embeddings.Span, known.Shadow.Dimensions)).ToList();
        await _writer.WriteAsync(
            connection =>
            {
                if (SwitchRow.Find(connection, collectionId) is { } ofSwitch && ofSwitch.Shadow.Fingerprint == spaceFingerprint)
                {
                    for (var i = 0; i < rows.Count; i++)
                    {
                        ShadowRows.Add(connection, ofSwitch, documents[i].DocumentId, rows[i], documents[i].IsRefused);
                    }
                }

                return true;
            },
            committed: null,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ISearchSnapshot> OpenShadowSnapshotAsync(long collectionId, CancellationToken cancellationToken)
    {
        await SplitLargeAsync(collectionId, cancellationToken);
        // While nobody else writes, so that the connection and the segments see the same commit.
        var (reader, ofSwitch, index) = await _writer.WriteAsync(_ => OpenReader(collectionId), committed: null, cancellationToken);
        using (reader)
        {
            return new SearchSnapshot([await Task.Run(() => WithShadow(reader, ofSwitch, index, cancellationToken), cancellationToken)], _readers);
        }
    }

    /// <inheritdoc/>
    public async ValueTask NoteSwitchAsync(long collectionId, bool isReady, SwitchComparison? comparison, string? error, CancellationToken cancellationToken)
        => await _writer.WriteAsync(
            connection =>
            {
                SwitchRow.Note(connection, collectionId, isReady, comparison, error);
                return true;
            },
            committed: null,
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask<EvaluationSet?> FindEvaluationAsync(AccessScope scope, long collectionId, CancellationToken cancellationToken)
        => new(_readers.Read(connection => LibraryQueries.FindEvaluation(connection, scope, collectionId)) is { } json
            ? JsonSerializer.Deserialize(json, SwitchJson.Default.EvaluationSet)
            : null);

    /// <inheritdoc/>
    public async ValueTask<bool> SetEvaluationAsync(AccessScope scope, long collectionId, EvaluationSet? evaluation, CancellationToken cancellationToken)
    {
        var json = evaluation is null ? null : JsonSerializer.Serialize(evaluation, SwitchJson.Default.EvaluationSet);
        return scope.Allows(collectionId)
            && await _writer.WriteAsync(connection => LibraryChanges.SetEvaluation(connection, collectionId, json), committed: null, cancellationToken);
    }

    private ModelSwitch Begin(StoreConnection connection, CollectionIndex index, EmbeddingSpace space, SwitchWish wish)
    {
        if (SwitchRow.Find(connection, index.CollectionId) is { } there)
        {
            throw new SwitchRefusedException($"The collection is being switched from '{there.From.Space.Model}' to '{there.To.Space.Model}' already.", "End that switch first.");
        }

        if (index.Space is not { } from)
        {
            throw new SwitchRefusedException("The collection has no embedding model yet.", "Its first documents are embedded with the configured one.");
        }

        if (from.Fingerprint == space.Fingerprint)
        {
            throw new SwitchRefusedException($"The collection is embedded with '{space.Model}' already.", "Name another model.");
        }

        var others = LibraryQueries.CountOfOtherSpaces(connection, index.CollectionId, from.Id);
        if (others > 0)
        {
            throw new SwitchRefusedException($"{others} documents of the collection are still to be embedded with '{from.Space.Model}'.", "Try again when its ingestion jobs are done.");
        }

        SwitchRow.Add(connection, index.CollectionId, from.Id, EmbeddingSpaceRow.Get(connection, space).Id, wish, _time.GetUtcNow());
        ShadowRows.AddAllLacking(connection, index.CollectionId);
        return SwitchRow.Find(connection, index.CollectionId)!.Switch;
    }

    private static UnembeddedDocument? ReadUnembedded(StoreConnection connection, CollectionIndex index, long documentId)
        => LibraryQueries.FindDocument(connection, AccessScope.Everything, documentId) is { } document && index.Find(documentId) is var (segment, place)
            ? new UnembeddedDocument(documentId, document.SourceId, document.Path, segment.Content.ReadTexts(place, DocumentText.ReadAll(connection, documentId)))
            : null;

    private (StoreConnection Reader, SwitchRow Switch, CollectionIndex Index) OpenReader(long collectionId)
    {
        var reader = StoreConnection.Open(_folder.DatabasePath, SqliteOpenMode.ReadOnly);
        try
        {
            reader.Execute("BEGIN");
            // The first read takes the snapshot.
            return (reader, SwitchRow.Find(reader, collectionId) ?? throw new SwitchNotFoundException(NameOf(reader, collectionId)), IndexOf(collectionId));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    private static string NameOf(StoreConnection connection, long collectionId)
        => LibraryQueries.ListCollections(connection, AccessScope.Of([collectionId])).FirstOrDefault()?.Collection.Name ?? $"#{collectionId}";

    /// <summary>A collection as searches see it after the switch. Nothing is written.</summary>
    private static CollectionIndex WithShadow(StoreConnection connection, SwitchRow ofSwitch, CollectionIndex index, CancellationToken cancellationToken)
        => index with
        {
            Space = ofSwitch.Shadow,
            Segments =
            [
                .. from view in index.Segments
                   where view.LiveDocuments > 0
                   let vectors = ShadowVectors.Read(connection, index.CollectionId, ofSwitch.Shadow, view, cancellationToken).Vectors
                   select new SegmentView(new Segment(view.Segment.Id, ofSwitch.Shadow, view.Segment.Content with { Vectors = vectors }), view.Deletions),
            ],
        };

    /// <summary>Says that someone works on a switch, until disposed of.</summary>
    private sealed class SwitchHold(ConcurrentDictionary<long, SwitchHold> holds, long collectionId) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            holds.TryRemove(KeyValuePair.Create(collectionId, this));
            return default;
        }
    }
}
