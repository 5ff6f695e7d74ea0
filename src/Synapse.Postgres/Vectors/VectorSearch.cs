using System.Globalization;
using Npgsql;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Keywords;
using Synapse.Postgres.Search;
using Synapse.Storage;

namespace Synapse.Postgres.Vectors;

/// <summary>Finds the chunks of one embedding space nearest to a query, inside the collections of a view.</summary>
/// <param name="view">The view.</param>
/// <param name="table">The embeddings.</param>
/// <param name="collections">The collections of the view with embeddings there.</param>
/// <param name="indexedFrom">Chunks from which on a collection is searched by its indexes.</param>
internal sealed class VectorSearch(IndexView view, VectorTable table, IReadOnlyList<ViewedVectors> collections, int indexedFrom)
{
    /// <summary>Dimensions up to which the index holds the embeddings themselves; of longer ones it holds the signs.</summary>
    public const int MostIndexedDimensions = 4_000;

    // With a hundred, a fifth of the nearest ten was missed among 100,000 hard, made-up embeddings; with these, none.
    private const int LeastCandidates = 240;
    private const int MostCandidates = 1_000;
    private const int CandidatesPerHit = 2;
    private const int MostScanned = 200_000;

    // Signs say less than numbers: that many times more are compared exactly.
    private const int SignCandidatesPerHit = 8;

    private const string Columns = "SELECT collection_id, document_id, ordinal, embedding <=> $1 AS distance";

    /// <summary>Finds the nearest chunks.</summary>
    /// <param name="connection">In the transaction of the view.</param>
    /// <param name="query">The query's embedding.</param>
    /// <param name="limit">Most chunks to return.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Best first.</returns>
    public async Task<ScoredChunk[]> FindTopAsync(NpgsqlConnection connection, ReadOnlyMemory<float> query, int limit, CancellationToken cancellationToken)
    {
        if (!query.Span.ContainsAnyExcept(0f) || query.Length != table.Dimensions || collections.Count == 0)
        {
            return [];
        }

        // The graph of an index does not lead to every chunk: whoever wants more than the nearest few wants them all, and gets them compared. So does whoever searches a
        // collection that was large once: its indexes hold mostly what is gone.
        var byIndex = collections.ToLookup(each => limit <= MostCandidates && each.ChunkCount >= indexedFrom && each.Ranges.Count > 0);
        await using var batch = new NpgsqlBatch(connection);
        if (byIndex.Contains(false))
        {
            Compare(batch, "collection_id = ANY($3)", query, limit, byIndex[false].Select(static each => each.CollectionId).ToArray());
        }

        if (byIndex.Contains(true))
        {
            // An index that gives the order is taken whenever there is one: the planner's statistics may be older than the collection is large.
            batch.Add("SET LOCAL enable_sort = off");

            // Goes on when removed rows or a small ef_search left fewer than the limit.
            batch.Add("SET LOCAL hnsw.iterative_scan = strict_order");
            batch.Add(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL hnsw.max_scan_tuples = {MostScanned}"));
        }

        foreach (var collection in byIndex[true])
        {
            Compare(batch, "collection_id = $3 AND document_id > $4", query, limit, collection.CollectionId, collection.Ranges[^1].UpTo);
            var above = 0L;
            foreach (var range in collection.Ranges)
            {
                // The more there is, the more ways lead past what is near.
                var candidates = Math.Clamp(Math.Max(limit * CandidatesPerHit, (int)Math.Sqrt(range.ChunkCount)), LeastCandidates, MostCandidates);
                batch.Add(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL hnsw.ef_search = {candidates}"));
                batch.Add($"{Columns} FROM {Nearest(collection.CollectionId, above, range.UpTo)} ORDER BY embedding <=> $1 LIMIT $2", VectorTable.ToHalf(query.Span), (long)limit);
                above = range.UpTo;
            }
        }

        return [.. (await ReadAsync(batch, cancellationToken)).OrderByDescending(static chunk => chunk.Score).ThenBy(static chunk => chunk.Key, Comparer<ChunkKey>.Create(view.Compare)).Take(limit)];
    }

    /// <summary>Fills in the cosine similarities of those of the given chunks that are of the space.</summary>
    /// <returns>Whether there are any.</returns>
    public async Task<bool> ScoreAsync(NpgsqlConnection connection, ReadOnlyMemory<float> query, IReadOnlyList<ChunkKey> chunks, float[] scores, CancellationToken cancellationToken)
    {
        if (!query.Span.ContainsAnyExcept(0f) || query.Length != table.Dimensions || chunks.Count == 0)
        {
            return false;
        }

        var places = chunks.Select(view.Locate).ToArray();
        var rows = await connection.ListAsync(
            $"""
            SELECT wanted.place, vectors.embedding <=> $1
            FROM unnest($2, $3) WITH ORDINALITY AS wanted(document_id, ordinal, place)
            JOIN {table.Name} vectors USING (document_id, ordinal)
            WHERE vectors.collection_id = ANY($4)
            """,
            [
                VectorTable.ToHalf(query.Span),
                places.Select(static place => place.DocumentId).ToArray(),
                places.Select(static place => place.Ordinal).ToArray(),
                // Others may have a second embedding here, which is not searched.
                collections.Select(static each => each.CollectionId).ToArray(),
            ],
            static row => (Place: (int)row.GetInt64(0) - 1, Distance: row.GetDouble(1)),
            cancellationToken);
        foreach (var (place, distance) in rows)
        {
            scores[place] = Similarity(distance);
        }

        return rows.Count > 0;
    }

    // A sum is no order of an index: every row is compared.
    private void Compare(NpgsqlBatch batch, string condition, ReadOnlyMemory<float> query, int limit, params ReadOnlySpan<object?> values)
        => batch.Add(
            $"{Columns} FROM {table.Name} WHERE {condition} ORDER BY (embedding <=> $1) + 0, document_id, ordinal LIMIT $2",
            [VectorTable.ToHalf(query.Span), (long)limit, .. values]);

    private string Nearest(long collectionId, long above, long upTo)
    {
        var rows = $"{table.Name} WHERE {VectorTable.WithinRange(collectionId, above, upTo)}";
        return table.Dimensions <= MostIndexedDimensions
            ? rows
            : string.Create(CultureInfo.InvariantCulture, $"""
                (SELECT collection_id, document_id, ordinal, embedding FROM {rows}
                ORDER BY binary_quantize(embedding)::bit({table.Dimensions}) <~> binary_quantize($1::halfvec)::bit({table.Dimensions}) LIMIT $2 * {SignCandidatesPerHit}) AS likely
                """);
    }

    private async Task<List<ScoredChunk>> ReadAsync(NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        var found = new List<ScoredChunk>();
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await rows.ReadAsync(cancellationToken))
            {
                if (view.FindKey(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt32(2)) is { } key)
                {
                    found.Add(new ScoredChunk(key, Similarity(rows.GetDouble(3))));
                }
            }
        }
        while (await rows.NextResultAsync(cancellationToken));

        return found;
    }

    private static float Similarity(double distance) => (float)(1 - distance);
}
