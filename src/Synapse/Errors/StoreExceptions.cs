namespace Synapse.Errors;

/// <summary>The store is damaged.</summary>
public sealed class StoreCorruptException(string path, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Internal, "store_corrupt", "Store corrupt",
        $"The store '{path}' is damaged ({detail}). Move it away and index again, or restore a backup; the documents themselves are untouched.", innerException);

/// <summary>The store was written by a newer version of the program.</summary>
public sealed class StoreNewerException(string path, int found, int supported)
    : SynapseException(SynapseErrorKind.Unavailable, "store_newer", "Store newer than the program",
        $"The store '{path}' has schema {found}; this program knows schemas up to {supported}. Use the newer program, or another data folder.");

/// <summary>Another process has the data folder open.</summary>
public sealed class DataFolderInUseException(string path)
    : SynapseException(SynapseErrorKind.Conflict, "data_folder_in_use", "Data folder in use",
        $"The data folder '{path}' is in use by another Synapse process. Talk to that one, stop it, or choose another folder with --data.");

/// <summary>The disk is full; nothing of the failed write was kept, and what was there before still is.</summary>
public sealed class DiskFullException(string path, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "disk_full", "Disk full",
        $"The disk that holds '{path}' is full. Free some space; indexing then goes on where it stopped.", innerException);

/// <summary>The store could not be read or written for a reason outside of Synapse.</summary>
public sealed class StoreUnavailableException(string path, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "store_unavailable", "Store unavailable",
        $"The store '{path}' cannot be used: {detail}.", innerException);

/// <summary>The database does not let us in, or does not let us do what is needed.</summary>
public sealed class StoreAccessDeniedException(string store, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "store_access_denied", "Store refuses access",
        $"The store '{store}' refuses access: {detail}", innerException);

/// <summary>The database lacks something without which nothing can be stored there.</summary>
public sealed class StoreUnsuitableException(string store, string lack, string cure, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "store_unsuitable", "Store unsuitable",
        $"The store '{store}' cannot be used: {lack}. {cure}", innerException);

/// <summary>The schema of the database belongs to something else. It was left alone.</summary>
public sealed class StoreForeignException(string store, string schema)
    : SynapseException(SynapseErrorKind.Conflict, "store_foreign", "Store belongs to another program",
        $"The schema '{schema}' of the store '{store}' was made by another program, and was left alone. Use a database of its own for Synapse.");

/// <summary>The database takes no writes at present.</summary>
public sealed class StoreReadOnlyException(string store, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "store_read_only", "Store read-only",
        $"The store '{store}' takes no writes: it is a standby, or was set to read-only. Connect to the primary server.", innerException);

/// <summary>The database has more to do than it takes.</summary>
public sealed class StoreBusyException(string store, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "store_busy", "Store busy",
        $"The store '{store}' is busy: {detail}", innerException);

/// <summary>The database did not finish a statement within the time it has.</summary>
public sealed class StoreTimeoutException(string store, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "store_timeout", "Store too slow",
        $"The store '{store}' did not finish within Synapse:Postgres:StatementTimeout. Try again; when it happens often, give the server more memory or raise the setting.", innerException);
