using System.Globalization;
using System.Numerics.Tensors;
using Npgsql;
using NpgsqlTypes;
using Pgvector;
using Synapse.Errors;
using Synapse.Postgres.Connections;

namespace Synapse.Postgres.Vectors;

/// <summary>The table with the embeddings of one space: 16-bit floats, of which a text without any known token has no row.</summary>
/// <param name="SpaceId">Key of the space.</param>
/// <param name="Dimensions">Numbers per embedding.</param>
internal readonly record struct VectorTable(long SpaceId, int Dimensions)
{
    /// <summary>Most numbers of an embedding that the store can hold.</summary>
    public const int MostDimensions = 16_000;

    // A row of a table fits into a page of 8 KB; up to half of one, it is not moved out of it, so that a comparison reads one page.
    private const int MostDimensionsInRow = 2_000;

    /// <summary>Name of the table.</summary>
    public string Name => NameOf(SpaceId);

    /// <summary>Name of the table of a space.</summary>
    public static string NameOf(long spaceId) => string.Create(CultureInfo.InvariantCulture, $"vectors_{spaceId}");

    /// <summary>
    /// Condition on the rows of a range of a collection's documents. The numbers stand in the text: the planner takes an index of a range only when it sees that the condition implies
    /// that of the index.
    /// </summary>
    public static string WithinRange(long collectionId, long above, long upTo)
        => string.Create(CultureInfo.InvariantCulture, $"collection_id = {collectionId}::bigint AND document_id > {above}::bigint AND document_id <= {upTo}::bigint");

    /// <summary>Makes the table when it is not there.</summary>
    /// <exception cref="StoreUnsuitableException">The embeddings have more numbers than the store can hold.</exception>
    public async Task EnsureAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (Dimensions > MostDimensions)
        {
            throw new StoreUnsuitableException("the database", $"pgvector holds embeddings of up to {MostDimensions} dimensions, and these have {Dimensions}", "Choose a model with fewer, or fewer dimensions of it.");
        }

        await connection.ExecuteAsync(
            string.Create(CultureInfo.InvariantCulture, $"""
            CREATE TABLE IF NOT EXISTS {Name}(
                document_id bigint NOT NULL,
                ordinal int NOT NULL,
                collection_id bigint NOT NULL,
                embedding halfvec({Dimensions}) NOT NULL,
                PRIMARY KEY(document_id, ordinal));
            CREATE INDEX IF NOT EXISTS {Name}_by_collection ON {Name}(collection_id, document_id);
            {(Dimensions <= MostDimensionsInRow ? $"ALTER TABLE {Name} ALTER COLUMN embedding SET STORAGE PLAIN;" : "")}
            """),
            [],
            cancellationToken);
    }

    /// <summary>Writes the embeddings of documents that have none here yet, in the transaction of the caller.</summary>
    /// <param name="connection">In that transaction.</param>
    /// <param name="collectionId">The collection.</param>
    /// <param name="documents">The documents, each with the embeddings of its chunks, one after the other.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task WriteAsync(
        NpgsqlConnection connection, long collectionId, IEnumerable<(long DocumentId, ReadOnlyMemory<float> Embeddings)> documents, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {Name}(document_id, ordinal, collection_id, embedding) FROM STDIN (FORMAT binary)", cancellationToken);
        foreach (var (documentId, embeddings) in documents)
        {
            for (var ordinal = 0; ordinal * Dimensions < embeddings.Length; ordinal++)
            {
                var embedding = embeddings.Slice(ordinal * Dimensions, Dimensions);
                if (!embedding.Span.ContainsAnyExcept(0f))
                {
                    continue;
                }

                await copy.StartRowAsync(cancellationToken);
                await copy.WriteAsync(documentId, NpgsqlDbType.Bigint, cancellationToken);
                await copy.WriteAsync(ordinal, NpgsqlDbType.Integer, cancellationToken);
                await copy.WriteAsync(collectionId, NpgsqlDbType.Bigint, cancellationToken);
                await copy.WriteAsync(ToHalf(embedding.Span), cancellationToken);
            }
        }

        await copy.CompleteAsync(cancellationToken);
    }

    /// <summary>Reads the embeddings of a document.</summary>
    /// <param name="connection">Any connection.</param>
    /// <param name="documentId">The document.</param>
    /// <param name="chunkCount">Its chunks.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>One for each chunk.</returns>
    public async Task<ReadOnlyMemory<float>[]> ReadAsync(NpgsqlConnection connection, long documentId, int chunkCount, CancellationToken cancellationToken)
    {
        var dimensions = Dimensions;
        var embeddings = Enumerable.Range(0, chunkCount).Select(_ => new float[dimensions]).ToArray();
        var rows = await connection.ListAsync(
            $"SELECT ordinal, embedding FROM {Name} WHERE document_id = $1", [documentId], static row => (Ordinal: row.GetInt32(0), Embedding: row.GetFieldValue<HalfVector>(1)), cancellationToken);
        foreach (var (ordinal, embedding) in rows)
        {
            TensorPrimitives.ConvertToSingle(embedding.Memory.Span, embeddings[ordinal]);
        }

        return Array.ConvertAll(embeddings, static numbers => (ReadOnlyMemory<float>)numbers);
    }

    /// <summary>An embedding as the store keeps it.</summary>
    public static HalfVector ToHalf(ReadOnlySpan<float> embedding)
    {
        var halves = new Half[embedding.Length];
        TensorPrimitives.ConvertToHalf(embedding, halves);
        return new HalfVector(halves);
    }
}
