using Synapse.Sqlite.Connections;

namespace Synapse.Sqlite.Catalogue;

/// <summary>What the store notes of itself.</summary>
internal static class SettingRows
{
    /// <summary>What tells this store from every other.</summary>
    public const string Identity = "store_id";

    /// <summary>The identity of the store that this one is an unfinished copy of.</summary>
    public const string UnfinishedCopy = "unfinished_copy_of";

    /// <summary>Before the name of a collection: the identity of the archive that it is being imported from.</summary>
    public const string UnfinishedImport = "unfinished_import:";

    /// <summary>When embeddings of texts that are gone were last looked for, in ticks.</summary>
    public const string CacheCleared = "embedding_cache_cleared_at";

    public static string? Find(StoreConnection connection, string name)
        => LibraryQueries.Collect(connection.Prepare("SELECT value FROM settings WHERE name = ?").Bind(1, name), row => row.Text(0)).FirstOrDefault();

    public static void Set(StoreConnection connection, string name, string? value)
    {
        if (value is null)
        {
            connection.Prepare("DELETE FROM settings WHERE name = ?").Bind(1, name).Run();
        }
        else
        {
            connection.Prepare("INSERT OR REPLACE INTO settings(name, value) VALUES(?, ?)").Bind(1, name).Bind(2, value).Run();
        }
    }
}
