namespace Synapse.Sqlite.Tests.TestSupport;

/// <summary>The first schema, for tests of what became of it.</summary>
internal static class FirstSchema
{
    /// <summary>Takes away what all later steps added, the last first. Each new step adds its lines here.</summary>
    public const string Return = """
        DROP TABLE cached_embeddings;
        ALTER TABLE collections DROP COLUMN evaluation;
        ALTER TABLE segments DROP COLUMN vector_stream;
        DROP TABLE shadow_embeddings;
        DROP TABLE refused_documents;
        DROP TABLE unembedded_documents;
        DROP TABLE model_switches;
        DROP INDEX jobs_by_source;
        DROP INDEX jobs_by_collection;
        DROP INDEX jobs_unfinished;
        ALTER TABLE jobs DROP COLUMN priority;
        ALTER TABLE jobs DROP COLUMN changed_paths;
        ALTER TABLE jobs DROP COLUMN lease;
        ALTER TABLE jobs DROP COLUMN leased;
        ALTER TABLE jobs DROP COLUMN server;
        ALTER TABLE jobs DROP COLUMN crashes;
        ALTER TABLE jobs DROP COLUMN bytes_per_second;
        CREATE INDEX jobs_by_source ON jobs(source_id);
        CREATE INDEX jobs_by_collection ON jobs(collection_id);
        CREATE INDEX jobs_unfinished ON jobs(id) WHERE state <= 2;
        ALTER TABLE collections DROP COLUMN space_id;
        ALTER TABLE embedding_spaces DROP COLUMN model;
        ALTER TABLE embedding_spaces DROP COLUMN query_prefix;
        ALTER TABLE embedding_spaces DROP COLUMN passage_prefix;
        DROP TABLE egress_documents;
        DROP TABLE egress;
        ALTER TABLE collections DROP COLUMN privacy;
        ALTER TABLE document_text DROP COLUMN checksum;
        PRAGMA user_version = 1;
        """;
}
