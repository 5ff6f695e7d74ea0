namespace Synapse.Sqlite.Tests.TestSupport;

/// <summary>The first schema, for tests of what became of it.</summary>
internal static class FirstSchema
{
    /// <summary>Takes away what all later steps added, the last first. Each new step adds its lines here.</summary>
    public const string Return = """
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
