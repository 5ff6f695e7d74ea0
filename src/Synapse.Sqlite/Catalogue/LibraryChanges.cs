using Synapse.Errors;
using Synapse.Library;
using Synapse.Sqlite.Connections;
using Synapse.Storage;

namespace Synapse.Sqlite.Catalogue;

/// <summary>Changes of collections, sources and documents, each inside a transaction of the caller.</summary>
internal static class LibraryChanges
{
    public static Collection CreateCollection(StoreConnection connection, string name, DateTimeOffset now)
    {
        if (LibraryQueries.FindCollection(connection, AccessScope.Everything, name) is not null)
        {
            throw new CollectionExistsException(name);
        }

        connection.Prepare("INSERT INTO collections(name, created_at) VALUES(?, ?)").Bind(1, name).Bind(2, now.UtcTicks).Run();
        return new Collection(connection.LastInsertId, name, now);
    }

    /// <returns>Whether the collection was there.</returns>
    public static bool SetPrivacy(StoreConnection connection, long collectionId, CollectionPrivacy privacy)
    {
        connection.Prepare("UPDATE collections SET privacy = ? WHERE id = ?").Bind(1, (long)privacy).Bind(2, collectionId).Run();
        return connection.Changes > 0;
    }

    /// <summary>Keeps the questions that a collection is measured by, as JSON, or forgets them.</summary>
    /// <returns>Whether the collection was there.</returns>
    public static bool SetEvaluation(StoreConnection connection, long collectionId, string? evaluation)
    {
        connection.Prepare("UPDATE collections SET evaluation = ? WHERE id = ?").Bind(1, evaluation).Bind(2, collectionId).Run();
        return connection.Changes > 0;
    }

    public static Source AddSource(StoreConnection connection, long collectionId, SourceKind kind, string location, DateTimeOffset now)
    {
        var there = LibraryQueries.ListSources(connection, AccessScope.Everything, collectionId).Find(source => source.Location == location);
        if (there is { Kind: SourceKind.Imported } && kind != SourceKind.Imported)
        {
            connection.Prepare("UPDATE sources SET kind = ? WHERE id = ?").Bind(1, (long)kind).Bind(2, there.Id).Run();
            return there with { Kind = kind };
        }

        if (there is not null)
        {
            return there;
        }

        if (LibraryQueries.Collect(connection.Prepare("SELECT 1 FROM collections WHERE id = ?").Bind(1, collectionId), _ => true).Count == 0)
        {
            throw new CollectionNotFoundException($"#{collectionId}");
        }

        connection.Prepare("INSERT INTO sources(collection_id, kind, location, created_at) VALUES(?, ?, ?, ?)")
            .Bind(1, collectionId)
            .Bind(2, (long)kind)
            .Bind(3, location)
            .Bind(4, now.UtcTicks)
            .Run();
        return new Source(connection.LastInsertId, collectionId, kind, location, now);
    }

    /// <summary>Adds a document with its text.</summary>
    /// <returns>Its id.</returns>
    public static long AddDocument(StoreConnection connection, long collectionId, DocumentVersion version, long spaceId)
    {
        connection.Prepare(
            "INSERT INTO documents(collection_id, source_id, path, language, content_hash, size_bytes, modified_at, line_count, chunk_count, space_id)"
            + " VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .Bind(1, collectionId)
            .Bind(2, version.SourceId)
            .Bind(3, version.Path)
            .Bind(4, version.Language)
            .Bind(5, version.ContentHash)
            .Bind(6, version.SizeBytes)
            .Bind(7, version.ModifiedAt.UtcTicks)
            .Bind(8, (long)version.LineCount)
            .Bind(9, (long)version.Chunks.Count)
            .Bind(10, spaceId)
            .Run();
        var id = connection.LastInsertId;
        DocumentText.Write(connection, id, version.Text);
        return id;
    }

    /// <summary>Removes a document with its text.</summary>
    /// <returns>What it counted in its collection, or null when it was not there.</returns>
    public static DocumentCounts? RemoveDocument(StoreConnection connection, long collectionId, long documentId)
    {
        var counts = LibraryQueries.Collect(
            connection.Prepare("DELETE FROM documents WHERE id = ? AND collection_id = ? RETURNING chunk_count, size_bytes").Bind(1, documentId).Bind(2, collectionId),
            row => new DocumentCounts(1, row.Int64(0), row.Int64(1)));
        if (counts.Count == 0)
        {
            return null;
        }

        DocumentText.Delete(connection, documentId);
        return counts[0];
    }

    /// <summary>Changes the counts that a list of collections shows.</summary>
    public static void ChangeCounts(StoreConnection connection, long collectionId, DocumentCounts change)
        => connection.Prepare(
            "UPDATE collections SET document_count = document_count + ?, chunk_count = chunk_count + ?, size_bytes = size_bytes + ? WHERE id = ?")
            .Bind(1, change.Documents)
            .Bind(2, change.Chunks)
            .Bind(3, change.SizeBytes)
            .Bind(4, collectionId)
            .Run();

    /// <summary>Removes what belongs to a source besides its documents, and the source.</summary>
    public static void RemoveSourceRows(StoreConnection connection, long sourceId)
    {
        connection.Prepare("DELETE FROM jobs WHERE source_id = ?").Bind(1, sourceId).Run();
        connection.Prepare("DELETE FROM skipped_files WHERE source_id = ?").Bind(1, sourceId).Run();
        connection.Prepare("DELETE FROM sources WHERE id = ?").Bind(1, sourceId).Run();
    }

    /// <summary>The ids of all documents of a source.</summary>
    public static List<long> DocumentIds(StoreConnection connection, long sourceId)
        => LibraryQueries.Collect(connection.Prepare("SELECT id FROM documents WHERE source_id = ?").Bind(1, sourceId), row => row.Int64(0));
}

/// <summary>Counts of a collection, or a change of them.</summary>
/// <param name="Documents">Documents.</param>
/// <param name="Chunks">Chunks of the documents.</param>
/// <param name="SizeBytes">Size of the documents as they were read.</param>
internal readonly record struct DocumentCounts(long Documents, long Chunks, long SizeBytes)
{
    public static DocumentCounts operator +(DocumentCounts left, DocumentCounts right)
        => new(left.Documents + right.Documents, left.Chunks + right.Chunks, left.SizeBytes + right.SizeBytes);

    public static DocumentCounts operator -(DocumentCounts left, DocumentCounts right)
        => new(left.Documents - right.Documents, left.Chunks - right.Chunks, left.SizeBytes - right.SizeBytes);
}
