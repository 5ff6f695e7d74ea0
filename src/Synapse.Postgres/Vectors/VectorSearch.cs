using System.Globalization;
using Npgsql;
using Synapse.Postgres.Connections;
using Synapse.Postgres.Keywords;
using Synapse.Storage;

namespace Synapse.Postgres.Vectors;

/// <summary>Finds the chunks of one embedding space nearest to a query, inside the collections of a view.</summary>
/// <param name="view">The view.</param>
/// <param name="table">The embeddings.</param>
/// <param name="collections">The collections of the view with embeddings there, and how many chunks each has.</param>
/// <param name="indexedFrom">Chunks from which on a collection has an index of its own.</param>
internal sealed class VectorSearch(IndexView view, VectorTable table, IReadOnlyList<(long CollectionId, long ChunkCount)> collections, int indexedFrom)
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

        // The graph of an index does not lead to every chunk: whoever wants more than the nearest few wants them all, and gets them compared.
        var indexed = limit > MostCandidates ? long.MaxValue : indexedFrom;
        long[] small = [.. collections.Where(each => each.ChunkCount < indexed).Select(static each => each.CollectionId)];
        long[] large = [.. collections.Where(each => each.ChunkCount >= indexed).Select(static each => each.CollectionId)];
        await using var batch = new NpgsqlBatch(connection);
        if (large.Length > 0)
        {
            // The more there is, the more ways lead past what is near.
            var root = (int)Math.Sqrt(collections.Max(static each => each.ChunkCount));
            var candidates = Math.Clamp(Math.Max(limit * CandidatesPerHit, root), LeastCandidates, MostCandidates);
            batch.Add(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL hnsw.ef_search = {candidates}"));

            // An index that gives the order is taken whenever there is one: the planner's statistics may be older than the collection is large.
            batch.Add("SET LOCAL enable_sort = off");

            // Goes on when removed rows or a small ef_search left fewer than the limit.
            batch.Add("SET LOCAL hnsw.iterative_scan = strict_order");
            batch.Add(string.Create(CultureInfo.InvariantCulture, $"SET LOCAL hnsw.max_scan_tuples = {MostScanned}"));
        }

        batch.Add(Sql(small.Length > 0, large), VectorTable.ToHalf(query.Span), (long)limit, small);
        var found = new List<ScoredChunk>(limit);
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            if (view.FindKey(rows.GetInt64(0), rows.GetInt64(1), rows.GetInt32(2)) is { } key)
            {
                found.Add(new ScoredChunk(key, Similarity(rows.GetDouble(3))));
            }
        }

        return [.. found.OrderByDescending(static chunk => chunk.Score).ThenBy(static chunk => chunk.Key, Comparer<ChunkKey>.Create(view.Compare))];
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

    // The ids of large collections stand in the text: the planner takes an index of one collection only when it sees that the condition is the index's.
    private string Sql(bool hasSmall, long[] large)
    {
        var branches = new List<string>();
        if (hasSmall)
        {
            // A sum is no order of an index: a collection that was large once may still have one, and then it holds mostly what is gone.
            branches.Add($"(SELECT collection_id, document_id, ordinal, embedding <=> $1 AS distance FROM {table.Name} WHERE collection_id = ANY($3) ORDER BY (embedding <=> $1) + 0, document_id, ordinal LIMIT $2)");
        }

        foreach (var id in large)
        {
            branches.Add(string.Create(CultureInfo.InvariantCulture, $"(SELECT collection_id, document_id, ordinal, embedding <=> $1 AS distance FROM {Nearest(id)} ORDER BY embedding <=> $1 LIMIT $2)"));
        }

        return $"SELECT collection_id, document_id, ordinal, distance FROM ({string.Join(" UNION ALL ", branches)}) found ORDER BY distance LIMIT $2";
    }

    private string Nearest(long collectionId) => table.Dimensions <= MostIndexedDimensions
        ? string.Create(CultureInfo.InvariantCulture, $"{table.Name} WHERE collection_id = {collectionId}")
        : string.Create(CultureInfo.InvariantCulture, $"""
            (SELECT collection_id, document_id, ordinal, embedding FROM {table.Name} WHERE collection_id = {collectionId}
            ORDER BY binary_quantize(embedding)::bit({table.Dimensions}) <~> binary_quantize($1::halfvec)::bit({table.Dimensions}) LIMIT $2 * {SignCandidatesPerHit}) AS likely
            """);

    private static float Similarity(double distance) => (float)(1 - distance);
}
