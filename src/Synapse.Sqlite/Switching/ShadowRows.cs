using Synapse.Errors;
using Synapse.Indexing;
using Synapse.Sqlite.Catalogue;
using Synapse.Sqlite.Connections;
using Synapse.Sqlite.Segments;

namespace Synapse.Sqlite.Switching;

/// <summary>Embeddings that no search sees, by document, and the documents that lack them.</summary>
internal static class ShadowRows
{
    private const int MostRowsAtOnce = 256;

    /// <summary>Notes that a new document lacks embeddings in the shadow space of its collection, if that has one.</summary>
    public static void AddLacking(StoreConnection connection, long collectionId, long documentId)
        => connection.Prepare("INSERT INTO unembedded_documents(collection_id, document_id) SELECT collection_id, ?2 FROM model_switches WHERE collection_id = ?1")
            .Bind(1, collectionId)
            .Bind(2, documentId)
            .Run();

    /// <summary>Notes that all documents of a collection lack embeddings in the shadow space, and that nothing is there from before.</summary>
    public static void AddAllLacking(StoreConnection connection, long collectionId)
    {
        RemoveAll(connection, collectionId);
        connection.Prepare("INSERT INTO unembedded_documents(collection_id, document_id) SELECT collection_id, id FROM documents WHERE collection_id = ?")
            .Bind(1, collectionId)
            .Run();
    }

    /// <summary>The documents that lack embeddings, oldest first.</summary>
    public static List<long> ListLacking(StoreConnection connection, long collectionId, int limit)
        => LibraryQueries.Collect(
            connection.Prepare("SELECT document_id FROM unembedded_documents WHERE collection_id = ? ORDER BY document_id LIMIT ?").Bind(1, collectionId).Bind(2, (long)limit),
            row => row.Int64(0));

    /// <summary>Adds the embeddings of a document that lacks them. One that is gone, or has them, is passed over.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="ofSwitch">The switch of its collection.</param>
    /// <param name="documentId">The document.</param>
    /// <param name="bytes">Its rows.</param>
    /// <param name="isRefused">Whether the model refused it.</param>
    /// <exception cref="ArgumentException">The rows are not those of as many chunks as it has.</exception>
    public static void Add(StoreConnection connection, SwitchRow ofSwitch, long documentId, ReadOnlySpan<byte> bytes, bool isRefused)
    {
        if (!RemoveLacking(connection, ofSwitch.CollectionId, documentId))
        {
            return;
        }

        var chunks = ChunkCountOf(connection, documentId);
        if (bytes.Length != ShadowVectors.SizeOf(chunks, ofSwitch.Shadow.Dimensions))
        {
            throw new ArgumentException($"Embeddings of document {documentId} are not those of {chunks} chunks.");
        }

        Save(connection, ofSwitch.CollectionId, ofSwitch.Shadow.Id, documentId, bytes);
        if (isRefused)
        {
            connection.Prepare("INSERT INTO refused_documents(collection_id, space_id, document_id) VALUES(?, ?, ?)")
                .Bind(1, ofSwitch.CollectionId)
                .Bind(2, ofSwitch.Shadow.Id)
                .Bind(3, documentId)
                .Run();
        }

        SwitchRow.ChangeDone(connection, ofSwitch.CollectionId, 1, chunks);
    }

    /// <summary>Stores rows of a document, unless it is gone. A document without chunks needs none.</summary>
    public static void Save(StoreConnection connection, long collectionId, long spaceId, long documentId, ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty)
        {
            connection.Prepare(
                "INSERT OR REPLACE INTO shadow_embeddings(collection_id, space_id, document_id, checksum, bytes)"
                + " SELECT ?1, ?2, id, ?4, ?5 FROM documents WHERE id = ?3")
                .Bind(1, collectionId)
                .Bind(2, spaceId)
                .Bind(3, documentId)
                .Bind(4, (long)Checksum.Of(bytes))
                .Bind(5, bytes)
                .Run();
        }
    }

    /// <summary>Reads the rows of a document into those of its segment.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="collectionId">Its collection.</param>
    /// <param name="space">The space of the rows.</param>
    /// <param name="document">The document.</param>
    /// <param name="vectors">Receives the rows; left as they are where there are none.</param>
    /// <returns>False when the document lacks embeddings; true when they were read, or it is gone.</returns>
    /// <exception cref="StoreCorruptException">The rows are not as they were written.</exception>
    public static bool TryRead(StoreConnection connection, long collectionId, EmbeddingSpaceRow space, in DocumentRow document, Vectors.VectorRows vectors)
    {
        var id = document.DocumentId;
        var row = connection.Prepare("SELECT checksum, bytes FROM shadow_embeddings WHERE collection_id = ? AND space_id = ? AND document_id = ?")
            .Bind(1, collectionId)
            .Bind(2, space.Id)
            .Bind(3, id);
        try
        {
            if (row.Step())
            {
                var bytes = row.Blob(1);
                if (Checksum.Of(bytes) != row.Int64(0) || bytes.Length != ShadowVectors.SizeOf(document.ChunkCount, space.Dimensions))
                {
                    throw new StoreCorruptException(connection.Path, $"the second embeddings of document {id}, for the switch of its collection's model, are not as they were written");
                }

                ShadowVectors.Decode(bytes, vectors, document.FirstChunk, document.ChunkCount);
                return true;
            }
        }
        finally
        {
            row.Reset();
        }

        if (IsThere(connection, "SELECT 1 FROM unembedded_documents WHERE document_id = ?2 AND collection_id = ?1", collectionId, id))
        {
            return false;
        }

        return document.ChunkCount == 0 || !IsThere(connection, "SELECT 1 FROM documents WHERE id = ?2 AND collection_id = ?1", collectionId, id)
            ? true
            : throw new StoreCorruptException(connection.Path, $"the second embeddings of document {id}, for the switch of its collection's model, are missing");
    }

    /// <summary>Removes what belongs to a document.</summary>
    /// <param name="connection">The store.</param>
    /// <param name="ofSwitch">The switch of its collection.</param>
    /// <param name="documentId">The document.</param>
    /// <param name="chunks">Its chunks.</param>
    public static void RemoveDocument(StoreConnection connection, SwitchRow ofSwitch, long documentId, long chunks)
    {
        if (!RemoveLacking(connection, ofSwitch.CollectionId, documentId))
        {
            SwitchRow.ChangeDone(connection, ofSwitch.CollectionId, -1, -chunks);
        }

        foreach (var table in (string[])["shadow_embeddings", "refused_documents"])
        {
            connection.Prepare($"DELETE FROM {table} WHERE collection_id = ? AND space_id IN (?, ?) AND document_id = ?")
                .Bind(1, ofSwitch.CollectionId)
                .Bind(2, ofSwitch.From.Id)
                .Bind(3, ofSwitch.To.Id)
                .Bind(4, documentId)
                .Run();
        }
    }

    /// <summary>Removes what belongs to a collection, its switch too.</summary>
    public static void RemoveCollection(StoreConnection connection, long collectionId)
    {
        RemoveAll(connection, collectionId);
        connection.Prepare("DELETE FROM model_switches WHERE collection_id = ?").Bind(1, collectionId).Run();
    }

    /// <summary>Removes some of the rows of a space, as many as one part of a segment has at most.</summary>
    /// <returns>The documents whose rows went.</returns>
    public static List<long> RemovePortion(StoreConnection connection, long collectionId, long spaceId)
    {
        var removed = new List<long>();
        var rest = (long)SegmentCodec.PartBytes;
        foreach (var (id, documentId, size) in LibraryQueries.Collect(
            connection.Prepare("SELECT id, document_id, length(bytes) FROM shadow_embeddings WHERE collection_id = ? AND space_id = ? LIMIT ?")
                .Bind(1, collectionId)
                .Bind(2, spaceId)
                .Bind(3, (long)MostRowsAtOnce),
            row => (row.Int64(0), row.Int64(1), row.Int64(2))))
        {
            connection.Prepare("DELETE FROM shadow_embeddings WHERE id = ?").Bind(1, id).Run();
            removed.Add(documentId);
            rest -= size;
            if (rest <= 0)
            {
                break;
            }
        }

        return removed;
    }

    /// <summary>Removes some of the rows of a switch's shadow space; their documents lack embeddings then.</summary>
    /// <returns>Whether there were any.</returns>
    public static bool Unembed(StoreConnection connection, SwitchRow ofSwitch)
    {
        var removed = RemovePortion(connection, ofSwitch.CollectionId, ofSwitch.Shadow.Id);
        foreach (var documentId in removed)
        {
            connection.Prepare("DELETE FROM refused_documents WHERE collection_id = ? AND space_id = ? AND document_id = ?")
                .Bind(1, ofSwitch.CollectionId)
                .Bind(2, ofSwitch.Shadow.Id)
                .Bind(3, documentId)
                .Run();
            AddLacking(connection, ofSwitch.CollectionId, documentId);
            var chunks = ChunkCountOf(connection, documentId);
            SwitchRow.ChangeDone(connection, ofSwitch.CollectionId, -1, -chunks);
        }

        return removed.Count > 0;
    }

    /// <summary>The collections and spaces that have rows.</summary>
    public static List<(long CollectionId, long SpaceId)> ListSpaces(StoreConnection connection)
        => LibraryQueries.Collect(
            connection.Prepare("SELECT DISTINCT collection_id, space_id FROM shadow_embeddings ORDER BY collection_id, space_id"), row => (row.Int64(0), row.Int64(1)));

    /// <summary>Whether the documents of a collection all have embeddings in the shadow space.</summary>
    public static bool IsComplete(StoreConnection connection, long collectionId) => ListLacking(connection, collectionId, 1).Count == 0;

    private static int ChunkCountOf(StoreConnection connection, long documentId)
        => LibraryQueries.Collect(connection.Prepare("SELECT chunk_count FROM documents WHERE id = ?").Bind(1, documentId), row => row.Int32(0)).Single();

    private static bool RemoveLacking(StoreConnection connection, long collectionId, long documentId)
    {
        connection.Prepare("DELETE FROM unembedded_documents WHERE collection_id = ? AND document_id = ?").Bind(1, collectionId).Bind(2, documentId).Run();
        return connection.Changes > 0;
    }

    private static void RemoveAll(StoreConnection connection, long collectionId)
    {
        foreach (var table in (string[])["shadow_embeddings", "refused_documents", "unembedded_documents"])
        {
            connection.Prepare($"DELETE FROM {table} WHERE collection_id = ?").Bind(1, collectionId).Run();
        }
    }

    private static bool IsThere(StoreConnection connection, string sql, long collectionId, long documentId)
        => LibraryQueries.Collect(connection.Prepare(sql).Bind(1, collectionId).Bind(2, documentId), _ => true).Count > 0;
}
