namespace Synapse.Postgres.Migrations;

/// <summary>The first step: from nothing.</summary>
internal static class FirstSchema
{
    /// <summary>The statements. Times are ticks of UTC, which a timestamp of the server could not hold exactly; names and paths are ordered by their bytes, as everywhere.</summary>
    public const string Sql = """
        CREATE TABLE schema_version(
            program text NOT NULL,
            version int NOT NULL);
        INSERT INTO schema_version VALUES('Synapse', 0);

        CREATE TABLE settings(
            name text COLLATE "C" PRIMARY KEY,
            value text NOT NULL);
        INSERT INTO settings VALUES('store_id', replace(gen_random_uuid()::text, '-', ''));

        CREATE TABLE embedding_spaces(
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            fingerprint text COLLATE "C" NOT NULL UNIQUE,
            dimensions int NOT NULL,
            model text NOT NULL,
            query_prefix text NOT NULL,
            passage_prefix text NOT NULL);

        -- space_id: where new documents are embedded; null before the first. version: changes with what is searchable. evaluation: questions with their answers, as JSON.
        CREATE TABLE collections(
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            created_at bigint NOT NULL,
            privacy smallint NOT NULL DEFAULT 0,
            space_id bigint REFERENCES embedding_spaces(id),
            evaluation text,
            version bigint NOT NULL DEFAULT 0,
            document_count bigint NOT NULL DEFAULT 0,
            chunk_count bigint NOT NULL DEFAULT 0,
            size_bytes bigint NOT NULL DEFAULT 0) WITH (fillfactor = 50);

        -- How many chunks of a collection are searched in each space; no row for none.
        CREATE TABLE collection_spaces(
            collection_id bigint NOT NULL REFERENCES collections(id),
            space_id bigint NOT NULL REFERENCES embedding_spaces(id),
            chunk_count bigint NOT NULL,
            PRIMARY KEY(collection_id, space_id)) WITH (fillfactor = 50);

        -- The vector indexes of large collections. Each holds the documents after those of the index before it, up to up_to; what comes after the last is in none.
        CREATE TABLE vector_indexes(
            collection_id bigint NOT NULL REFERENCES collections(id),
            space_id bigint NOT NULL REFERENCES embedding_spaces(id),
            up_to bigint NOT NULL,
            name text COLLATE "C" NOT NULL UNIQUE,
            chunk_count bigint NOT NULL,
            PRIMARY KEY(collection_id, space_id, up_to)) WITH (fillfactor = 50);

        -- state: 0 filling, 1 ready, 2 switched. The shadow space is to_space_id, and from_space_id once the switch is made; documents_done and chunks_done are of documents that are embedded
        -- there, from_refused and to_refused of those that the model of either space refused.
        CREATE TABLE model_switches(
            collection_id bigint PRIMARY KEY REFERENCES collections(id),
            from_space_id bigint NOT NULL REFERENCES embedding_spaces(id),
            to_space_id bigint NOT NULL REFERENCES embedding_spaces(id),
            state smallint NOT NULL DEFAULT 0,
            wish smallint NOT NULL,
            started_at bigint NOT NULL,
            switched_at bigint,
            documents_done bigint NOT NULL DEFAULT 0,
            chunks_done bigint NOT NULL DEFAULT 0,
            from_refused bigint NOT NULL DEFAULT 0,
            to_refused bigint NOT NULL DEFAULT 0,
            comparison text,
            error text) WITH (fillfactor = 50);

        CREATE TABLE sources(
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            collection_id bigint NOT NULL REFERENCES collections(id),
            kind smallint NOT NULL,
            location text COLLATE "C" NOT NULL,
            created_at bigint NOT NULL,
            UNIQUE(collection_id, location));

        -- space_id: where it was embedded when it came. second_space_id: where it is embedded as well while its collection switches models; 0 for nowhere.
        -- Which of the two is searched, its collection says: the spaces change places without a change here. is_refused: the model of the second space refused it.
        CREATE SEQUENCE document_ids;
        CREATE TABLE documents(
            id bigint PRIMARY KEY,
            collection_id bigint NOT NULL REFERENCES collections(id),
            source_id bigint NOT NULL REFERENCES sources(id),
            path text COLLATE "C" NOT NULL,
            language text NOT NULL,
            content_hash text NOT NULL,
            size_bytes bigint NOT NULL,
            modified_ticks bigint NOT NULL,
            line_count int NOT NULL,
            chunk_count int NOT NULL,
            space_id bigint NOT NULL,
            second_space_id bigint NOT NULL DEFAULT 0,
            is_refused boolean NOT NULL DEFAULT false,
            UNIQUE(source_id, path));
        CREATE INDEX documents_by_path ON documents(collection_id, path, id);
        CREATE INDEX documents_in_one_space ON documents(collection_id, id) WHERE second_space_id = 0;

        -- From here on without references: they would cost a look-up per row, and whoever removes a document removes its rows.
        -- UTF-8 in pieces, so that a span of a large document is read without the rest.
        CREATE TABLE document_text(
            document_id bigint NOT NULL,
            piece int NOT NULL,
            bytes bytea NOT NULL,
            checksum int NOT NULL,
            PRIMARY KEY(document_id, piece));

        CREATE TABLE chunks(
            document_id bigint NOT NULL,
            ordinal int NOT NULL,
            start_offset int NOT NULL,
            end_offset int NOT NULL,
            start_byte int NOT NULL,
            end_byte int NOT NULL,
            start_line int NOT NULL,
            end_line int NOT NULL,
            kind smallint NOT NULL,
            heading text,
            symbol text,
            defines_symbol boolean NOT NULL,
            definitions text[],
            PRIMARY KEY(document_id, ordinal));

        -- state: 0 being written, 1 searched, 2 merged into another.
        CREATE TABLE segments(
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            collection_id bigint NOT NULL,
            state smallint NOT NULL,
            is_merged boolean NOT NULL);
        CREATE INDEX segments_by_collection ON segments(collection_id);

        CREATE TABLE segment_headers(
            segment_id bigint NOT NULL,
            part int NOT NULL,
            bytes bytea NOT NULL,
            checksum int NOT NULL,
            PRIMARY KEY(segment_id, part));

        -- Terms with their postings, by hash: what lies between the first hash of a page and that of the next is in it.
        CREATE TABLE segment_pages(
            segment_id bigint NOT NULL,
            first_hash bigint NOT NULL,
            part int NOT NULL,
            checksum int NOT NULL,
            bytes bytea NOT NULL,
            PRIMARY KEY(segment_id, first_hash, part));
        ALTER TABLE segment_pages ALTER bytes SET STORAGE EXTERNAL;
        ALTER TABLE segment_headers ALTER bytes SET STORAGE EXTERNAL;

        -- Documents that are gone, and that segments still hold. version: that of the collection from which on they are.
        CREATE TABLE removed_documents(
            collection_id bigint NOT NULL,
            version bigint NOT NULL,
            document_id bigint NOT NULL,
            PRIMARY KEY(collection_id, version, document_id));

        -- state: 0 queued, 1 running, 2 waiting, 3 completed, 4 failed, 5 cancelled, 6 paused. changed_paths: null for the whole source.
        -- lease: which lease it is, ascending over all jobs; it holds while lease_until is not null, and can be taken over once that is past.
        -- crashes: leases in a row that were lost and of which nothing was stored. seen_at: when a server last said that it sees the source.
        CREATE SEQUENCE job_leases;
        CREATE TABLE jobs(
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            collection_id bigint NOT NULL REFERENCES collections(id),
            source_id bigint NOT NULL REFERENCES sources(id),
            state smallint NOT NULL DEFAULT 0,
            priority smallint NOT NULL,
            changed_paths text[],
            created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            started_at timestamptz,
            finished_at timestamptz,
            lease bigint NOT NULL DEFAULT 0,
            lease_until timestamptz,
            server text,
            not_before timestamptz,
            seen_at timestamptz,
            attempts int NOT NULL DEFAULT 0,
            crashes int NOT NULL DEFAULT 0,
            files_found bigint NOT NULL DEFAULT 0,
            files_done bigint NOT NULL DEFAULT 0,
            files_skipped bigint NOT NULL DEFAULT 0,
            documents_added bigint NOT NULL DEFAULT 0,
            documents_changed bigint NOT NULL DEFAULT 0,
            documents_removed bigint NOT NULL DEFAULT 0,
            chunks_stored bigint NOT NULL DEFAULT 0,
            bytes_found bigint NOT NULL DEFAULT 0,
            bytes_done bigint NOT NULL DEFAULT 0,
            walk_complete boolean NOT NULL DEFAULT false,
            bytes_per_second bigint,
            error_code text,
            error_message text) WITH (fillfactor = 70);
        CREATE INDEX jobs_by_source ON jobs(source_id, id);
        CREATE INDEX jobs_by_collection ON jobs(collection_id, lease);
        CREATE INDEX jobs_unfinished ON jobs(source_id, id) WHERE state IN (0, 1, 2, 6);

        CREATE TABLE skipped_files(
            source_id bigint NOT NULL REFERENCES sources(id),
            path text COLLATE "C" NOT NULL,
            reason text NOT NULL,
            detail text NOT NULL,
            PRIMARY KEY(source_id, path));

        -- server_id: which server made the request; its lock tells whether that one is still there.
        CREATE SEQUENCE server_ids AS int;
        CREATE SEQUENCE egress_ids;
        CREATE TABLE egress(
            id bigint PRIMARY KEY,
            server_id int NOT NULL,
            started_at bigint NOT NULL,
            provider text COLLATE "C" NOT NULL,
            host text COLLATE "C" NOT NULL,
            reach smallint NOT NULL,
            purpose smallint,
            outcome smallint NOT NULL DEFAULT 0,
            status int,
            rule text,
            bytes_sent bigint NOT NULL DEFAULT 0,
            bytes_received bigint NOT NULL DEFAULT 0,
            duration bigint NOT NULL DEFAULT 0);
        CREATE INDEX egress_by_provider ON egress(provider, id);
        CREATE INDEX egress_by_time ON egress(started_at);
        CREATE INDEX egress_open ON egress(id) WHERE outcome = 0;

        -- Names, not references: what left stays readable when the documents and their collection are gone.
        CREATE TABLE egress_documents(
            egress_id bigint NOT NULL,
            collection_id bigint NOT NULL,
            source_id bigint NOT NULL,
            path text COLLATE "C" NOT NULL,
            collection text COLLATE "C" NOT NULL,
            PRIMARY KEY(egress_id, collection_id, source_id, path));
        CREATE INDEX egress_documents_by_collection ON egress_documents(collection_id, egress_id);

        -- Embeddings by text, as 16-bit floats. Of no collection: what is in no document is looked for.
        CREATE TABLE cached_embeddings(
            key bytea NOT NULL,
            space_id bigint NOT NULL REFERENCES embedding_spaces(id),
            written_at bigint NOT NULL,
            checksum int NOT NULL,
            bytes bytea NOT NULL,
            PRIMARY KEY(key, space_id));
        ALTER TABLE cached_embeddings ALTER bytes SET STORAGE EXTERNAL;
        CREATE INDEX cached_embeddings_by_age ON cached_embeddings(written_at);

        -- Who is signed in, on whichever server. key: a hash; who reads it has no session and no link.
        CREATE TABLE sign_in_links(
            key text COLLATE "C" PRIMARY KEY,
            expires_at bigint NOT NULL);

        CREATE TABLE sessions(
            key text COLLATE "C" PRIMARY KEY,
            created_at bigint NOT NULL,
            used_at bigint NOT NULL) WITH (fillfactor = 70);

        CREATE TABLE protection_keys(
            name text COLLATE "C" PRIMARY KEY,
            xml text NOT NULL);
        """;
}
