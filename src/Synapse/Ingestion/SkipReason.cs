namespace Synapse.Ingestion;

/// <summary>The stable codes of why a file or folder was left out.</summary>
public static class SkipReason
{
    /// <summary>An ignore file says so.</summary>
    public const string Ignored = "ignored";

    /// <summary>The book-keeping of a version control system.</summary>
    public const string VersionControl = "version_control";

    /// <summary>Installed dependencies or compiled caches: <c>node_modules</c>, <c>.venv</c>, <c>__pycache__</c>.</summary>
    public const string Dependencies = "dependencies";

    /// <summary>Settings with secrets, or a private key, by name or by content.</summary>
    public const string Secret = "secret";

    /// <summary>A symbolic link.</summary>
    public const string Link = "link";

    /// <summary>A folder on which another file system is mounted.</summary>
    public const string OtherDevice = "other_device";

    /// <summary>The data folder of Synapse, or another folder that is excluded by configuration.</summary>
    public const string Excluded = "excluded";

    /// <summary>A folder below the depth limit.</summary>
    public const string TooDeep = "too_deep";

    /// <summary>A file above the size limit.</summary>
    public const string TooLarge = "too_large";

    /// <summary>A file without content, or not a regular file.</summary>
    public const string Empty = "empty";

    /// <summary>A file that is not text.</summary>
    public const string Binary = "binary";

    /// <summary>A file or folder that could not be opened or read.</summary>
    public const string Unreadable = "unreadable";

    /// <summary>A file that kept changing while it was read.</summary>
    public const string Changing = "changing";

    /// <summary>A file that broke the indexing of it.</summary>
    public const string Failed = "failed";

    /// <summary>A file whose text the provider of the embeddings refuses.</summary>
    public const string NotEmbedded = "not_embedded";
}
