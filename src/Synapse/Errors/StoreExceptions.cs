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
