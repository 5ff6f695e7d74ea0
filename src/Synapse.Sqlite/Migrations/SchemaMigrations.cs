using Synapse.Errors;
using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite.Migrations;

/// <summary>Brings the schema of a store file to the version of the program.</summary>
internal static class SchemaMigrations
{
    /// <summary>Marks a file as a Synapse store: "SYNP".</summary>
    private const int ApplicationId = 0x53594E50;

    // Each takes the schema from its index to the next. Once released, none is ever changed.
    private static readonly string[] s_steps =
    [
        """
        CREATE TABLE settings(
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL) STRICT, WITHOUT ROWID;

        CREATE TABLE embedding_spaces(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            fingerprint TEXT NOT NULL,
            dimensions INTEGER NOT NULL) STRICT;

        CREATE TABLE collections(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL,
            document_count INTEGER NOT NULL DEFAULT 0,
            chunk_count INTEGER NOT NULL DEFAULT 0,
            size_bytes INTEGER NOT NULL DEFAULT 0) STRICT;

        CREATE TABLE sources(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            collection_id INTEGER NOT NULL REFERENCES collections(id),
            kind INTEGER NOT NULL,
            location TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE(collection_id, location)) STRICT;

        CREATE TABLE documents(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            collection_id INTEGER NOT NULL REFERENCES collections(id),
            source_id INTEGER NOT NULL REFERENCES sources(id),
            path TEXT NOT NULL,
            language TEXT NOT NULL,
            content_hash TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            modified_at INTEGER NOT NULL,
            line_count INTEGER NOT NULL,
            chunk_count INTEGER NOT NULL,
            space_id INTEGER NOT NULL,
            UNIQUE(source_id, path)) STRICT;
        CREATE INDEX documents_by_path ON documents(collection_id, path, id);

        -- UTF-8 in pieces; id = document << 20 | piece, so that a span of a large document is read without the rest.
        CREATE TABLE document_text(
            id INTEGER PRIMARY KEY,
            bytes BLOB NOT NULL) STRICT;

        -- state: 0 being written, 1 searched, 2 merged into another.
        CREATE TABLE segments(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            collection_id INTEGER NOT NULL REFERENCES collections(id),
            state INTEGER NOT NULL,
            space_id INTEGER NOT NULL,
            chunk_count INTEGER NOT NULL) STRICT;
        CREATE INDEX segments_by_collection ON segments(collection_id);

        -- id = segment << 20 | stream << 16 | part; stream 0 is the index, 1 the embeddings.
        CREATE TABLE segment_parts(
            id INTEGER PRIMARY KEY,
            checksum INTEGER NOT NULL,
            bytes BLOB NOT NULL) STRICT;

        -- Documents of a segment that are no longer there, by their place in it.
        CREATE TABLE tombstones(
            segment_id INTEGER NOT NULL REFERENCES segments(id),
            document INTEGER NOT NULL,
            PRIMARY KEY(segment_id, document)) STRICT, WITHOUT ROWID;

        CREATE TABLE jobs(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            collection_id INTEGER NOT NULL REFERENCES collections(id),
            source_id INTEGER NOT NULL REFERENCES sources(id),
            state INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            started_at INTEGER,
            finished_at INTEGER,
            attempts INTEGER NOT NULL,
            files_found INTEGER NOT NULL,
            files_done INTEGER NOT NULL,
            files_skipped INTEGER NOT NULL,
            documents_added INTEGER NOT NULL,
            documents_changed INTEGER NOT NULL,
            documents_removed INTEGER NOT NULL,
            chunks_stored INTEGER NOT NULL,
            bytes_found INTEGER NOT NULL,
            bytes_done INTEGER NOT NULL,
            walk_complete INTEGER NOT NULL,
            error_code TEXT,
            error_message TEXT) STRICT;
        CREATE INDEX jobs_by_source ON jobs(source_id);
        CREATE INDEX jobs_by_collection ON jobs(collection_id);
        CREATE INDEX jobs_unfinished ON jobs(id) WHERE state <= 2;

        CREATE TABLE skipped_files(
            source_id INTEGER NOT NULL REFERENCES sources(id),
            path TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            PRIMARY KEY(source_id, path)) STRICT, WITHOUT ROWID;
        """,
        """
        -- Null for pieces that were written before.
        ALTER TABLE document_text ADD COLUMN checksum INTEGER;
        """,
        """
        ALTER TABLE collections ADD COLUMN privacy INTEGER NOT NULL DEFAULT 0;

        CREATE TABLE egress(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            started_at INTEGER NOT NULL,
            provider TEXT NOT NULL,
            host TEXT NOT NULL,
            reach INTEGER NOT NULL,
            purpose INTEGER,
            outcome INTEGER NOT NULL DEFAULT 0,
            status INTEGER,
            rule TEXT,
            bytes_sent INTEGER NOT NULL DEFAULT 0,
            bytes_received INTEGER NOT NULL DEFAULT 0,
            duration INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE INDEX egress_by_provider ON egress(provider, id);
        CREATE INDEX egress_by_time ON egress(started_at);
        CREATE INDEX egress_open ON egress(id) WHERE outcome = 0;

        -- Names, not references: what left stays readable when the documents and their collection are gone.
        CREATE TABLE egress_documents(
            egress_id INTEGER NOT NULL REFERENCES egress(id),
            collection_id INTEGER NOT NULL,
            source_id INTEGER NOT NULL,
            path TEXT NOT NULL,
            collection TEXT NOT NULL,
            PRIMARY KEY(egress_id, collection_id, source_id, path)) STRICT, WITHOUT ROWID;
        CREATE INDEX egress_documents_by_collection ON egress_documents(collection_id, egress_id);
        """,

        // Each collection points to a space of its own. Before, the newest space was that of all, and the embeddings of the others were gone.
        """
        ALTER TABLE embedding_spaces ADD COLUMN model TEXT NOT NULL DEFAULT '';
        ALTER TABLE embedding_spaces ADD COLUMN query_prefix TEXT NOT NULL DEFAULT '';
        ALTER TABLE embedding_spaces ADD COLUMN passage_prefix TEXT NOT NULL DEFAULT '';
        UPDATE embedding_spaces SET model = substr(fingerprint, 1, instr(fingerprint, '|' || dimensions || '|unit|') - 1);

        -- The space that new documents are embedded in; null before the first. Documents and segments of another are still to be embedded anew.
        ALTER TABLE collections ADD COLUMN space_id INTEGER;
        UPDATE collections SET space_id = (SELECT max(id) FROM embedding_spaces);

        -- Space 0: without embeddings.
        UPDATE documents SET space_id = 0 WHERE space_id <> (SELECT max(id) FROM embedding_spaces);
        UPDATE segments SET space_id = 0 WHERE space_id <> (SELECT max(id) FROM embedding_spaces);
        """,

        // State 6: paused. changed_paths: a JSON array, null for the whole source. lease: which lease it is, ascending over all jobs.
        // crashes: leases in a row that were lost and of which nothing was stored.
        """
        ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE jobs ADD COLUMN changed_paths TEXT;
        ALTER TABLE jobs ADD COLUMN lease INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE jobs ADD COLUMN leased INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE jobs ADD COLUMN server TEXT;
        ALTER TABLE jobs ADD COLUMN crashes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE jobs ADD COLUMN bytes_per_second INTEGER;
        DROP INDEX jobs_by_source;
        DROP INDEX jobs_by_collection;
        DROP INDEX jobs_unfinished;
        CREATE INDEX jobs_by_source ON jobs(source_id, id);
        CREATE INDEX jobs_by_collection ON jobs(collection_id, lease);
        CREATE INDEX jobs_unfinished ON jobs(source_id, id) WHERE state IN (0, 1, 2, 6);
        """,

        // A collection that switches has two spaces: the one that it points to, and the other, its shadow space. Where there is no switch, none of these tables has a row.
        // documents_done, chunks_done: with embeddings in the shadow space; those that lack them are in unembedded_documents.
        """
        CREATE TABLE model_switches(
            collection_id INTEGER PRIMARY KEY REFERENCES collections(id),
            from_space_id INTEGER NOT NULL REFERENCES embedding_spaces(id),
            to_space_id INTEGER NOT NULL REFERENCES embedding_spaces(id),
            state INTEGER NOT NULL,
            wish INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            switched_at INTEGER,
            documents_done INTEGER NOT NULL DEFAULT 0,
            chunks_done INTEGER NOT NULL DEFAULT 0,
            comparison TEXT,
            error TEXT) STRICT;

        CREATE TABLE unembedded_documents(
            collection_id INTEGER NOT NULL,
            document_id INTEGER NOT NULL,
            PRIMARY KEY(collection_id, document_id)) STRICT, WITHOUT ROWID;

        CREATE TABLE refused_documents(
            collection_id INTEGER NOT NULL,
            space_id INTEGER NOT NULL,
            document_id INTEGER NOT NULL,
            PRIMARY KEY(collection_id, space_id, document_id)) STRICT, WITHOUT ROWID;

        -- The rows of a document's chunks as a segment has them: all numbers, then all factors.
        CREATE TABLE shadow_embeddings(
            id INTEGER PRIMARY KEY,
            collection_id INTEGER NOT NULL,
            space_id INTEGER NOT NULL,
            document_id INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE(collection_id, space_id, document_id)) STRICT;

        -- The stream of the segment's parts that its embeddings lie in: 1, or 2 where they changed places with others.
        ALTER TABLE segments ADD COLUMN vector_stream INTEGER NOT NULL DEFAULT 1;

        -- Questions with the documents that answer them, as JSON.
        ALTER TABLE collections ADD COLUMN evaluation TEXT;
        """,

        // Embeddings by text, as 8-bit numbers; id: ascending in the order in which they were written. Of no collection: what is in no document is looked for.
        """
        CREATE TABLE cached_embeddings(
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL,
            space_id INTEGER NOT NULL,
            written_at INTEGER NOT NULL,
            checksum INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE(key, space_id)) STRICT;
        CREATE INDEX cached_embeddings_by_age ON cached_embeddings(written_at, key);
        """,
    ];

    /// <summary>The schema that this program writes.</summary>
    public static int Latest => s_steps.Length;

    /// <summary>Applies the steps that the file lacks, all or none.</summary>
    /// <exception cref="StoreNewerException">The file is of a newer program.</exception>
    /// <exception cref="StoreCorruptException">The file is a database of something else.</exception>
    public static void Apply(StoreConnection connection) => Apply(connection, Latest);

    /// <summary>Applies the steps up to an older schema, so that tests have files of it.</summary>
    internal static void Apply(StoreConnection connection, int target)
    {
        var version = (int)connection.Scalar("PRAGMA user_version");
        if (version > Latest)
        {
            throw new StoreNewerException(connection.Path, version, Latest);
        }

        var application = connection.Scalar("PRAGMA application_id");
        if (application != ApplicationId && (application != 0 || connection.Scalar("SELECT count(*) FROM sqlite_schema") != 0))
        {
            throw new StoreCorruptException(connection.Path, "it is a database of another program");
        }

        if (version == target)
        {
            return;
        }

        connection.Execute("BEGIN IMMEDIATE");
        try
        {
            foreach (var step in s_steps.AsSpan(version, target - version))
            {
                connection.Execute(step);
            }

            connection.Execute($"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {target}; COMMIT");
        }
        catch
        {
            if (connection.IsInTransaction)
            {
                connection.Execute("ROLLBACK");
            }

            throw;
        }
    }
}
