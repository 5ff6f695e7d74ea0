using System.Collections.Immutable;
using System.Text.Json;
using Synapse.Errors;
using Synapse.Ingestion.Chunking;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Ledger;
using Synapse.Sqlite.Segments;
using Synapse.Storage;
using Synapse.Switching;

namespace Synapse.Sqlite.Copying;

/// <summary>Everything at one commit: a connection in a read transaction, and the segments as they were then.</summary>
/// <param name="connection">The connection, in its transaction; closed with the export.</param>
/// <param name="indexes">The segments.</param>
internal sealed class StoreExport(StoreConnection connection, ImmutableDictionary<long, CollectionIndex> indexes) : IStoreExport
{
    private readonly Dictionary<long, EmbeddingSpaceRow> _spaces = EmbeddingSpaceRow.ReadAll(connection);

    public ValueTask<IReadOnlyList<ExportedCollection>> ListCollectionsAsync(CancellationToken cancellationToken)
        => new([.. LibraryQueries.ListCollections(connection, AccessScope.Everything)
            .OrderBy(summary => summary.Collection.Id)
            .Select(summary => new ExportedCollection(summary, indexes[summary.Collection.Id].Space?.Space)
            {
                Evaluation = LibraryQueries.FindEvaluation(connection, AccessScope.Everything, summary.Collection.Id) is { } json
                    ? JsonSerializer.Deserialize(json, SwitchJson.Default.EvaluationSet)
                    : null,
            })]);

    public ValueTask<IReadOnlyList<Source>> ListSourcesAsync(long collectionId, CancellationToken cancellationToken)
        => new(LibraryQueries.ListSources(connection, AccessScope.Everything, collectionId));

    public ValueTask<IReadOnlyList<ExportedDocument>> ListDocumentsAsync(long sourceId, string after, int limit, CancellationToken cancellationToken)
        => new([.. LibraryQueries.ListOfSource(connection, sourceId, after, limit)
            .Select(row => new ExportedDocument(row.Document, _spaces.GetValueOrDefault(row.SpaceId)?.Space ?? ExportedDocument.NoSpace))]);

    public ValueTask<IReadOnlyList<DocumentContent>> ReadAsync(IReadOnlyList<ExportedDocument> documents, CancellationToken cancellationToken)
    {
        var contents = new DocumentContent[documents.Count];
        for (var i = 0; i < contents.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            contents[i] = Read(documents[i]);
        }

        return new(contents);
    }

    public ValueTask<IReadOnlyList<SkippedFile>> ListSkippedFilesAsync(long sourceId, CancellationToken cancellationToken)
        => new(JobRows.ListSkipped(connection, AccessScope.Everything, sourceId));

    public ValueTask<IReadOnlyList<EgressEntry>> ListEgressAsync(long after, int limit, CancellationToken cancellationToken)
        => new([.. LedgerRows.ListAfter(connection, after, limit)
            .Select(entry => entry.Result.Outcome == EgressOutcome.Open ? entry with { Result = entry.Result with { Outcome = EgressOutcome.Interrupted } } : entry)]);

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return default;
    }

    private DocumentContent Read(ExportedDocument document)
    {
        var row = document.Document;
        var (segment, place) = Find(row);
        var content = segment.Content;
        var (first, count) = content.ChunksOf(place);
        var dimensions = document.Space.Dimensions;
        if (count != row.ChunkCount || (segment.Space is { } space && space.Dimensions != dimensions))
        {
            throw new StoreCorruptException(connection.Path, $"the index of document {row.Id} does not agree with the catalogue");
        }

        var chunks = new Chunk[count];
        var embeddings = new float[count * dimensions];
        for (var i = 0; i < count; i++)
        {
            chunks[i] = content.ReadChunk(first + i);
            content.Vectors?.Get(first + i).CopyTo(embeddings, i * dimensions);
        }

        return new DocumentContent(DocumentText.ReadAll(connection, row.Id), chunks, embeddings);
    }

    private (Segment Segment, int Place) Find(Document document)
        => indexes[document.CollectionId].Find(document.Id) ?? throw new StoreCorruptException(connection.Path, $"document {document.Id} is in no segment");
}
