namespace Synapse.Errors;

/// <summary>There is no archive where one was to be read.</summary>
public sealed class ArchiveNotFoundException(string path, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.NotFound, "archive_not_found", "Archive not found",
        $"The archive '{path}' cannot be opened ({detail}). Correct the path.", innerException);

/// <summary>An archive is not as it was written, or a file is no archive. Nothing of it was used.</summary>
public sealed class ArchiveDamagedException(string path, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.BadInput, "archive_damaged", "Archive damaged",
        $"The archive '{path}' is damaged, or is none: {detail}. Nothing of it is used. Take another copy of it, or an older backup.", innerException);

/// <summary>An archive was written by a newer version of the program.</summary>
public sealed class ArchiveNewerException(string path, int found, int supported)
    : SynapseException(SynapseErrorKind.BadInput, "archive_newer", "Archive newer than the program",
        $"The archive '{path}' has format {found}; this program knows formats up to {supported}. Use the newer program.");

/// <summary>An archive holds something else than is asked for.</summary>
public sealed class ArchiveUnsuitableException(string path, string holds, string cure)
    : SynapseException(SynapseErrorKind.BadInput, "archive_unsuitable", "Archive unsuitable",
        $"The archive '{path}' holds {holds}. {cure}");

/// <summary>An archive would take the place of a file.</summary>
public sealed class ArchiveExistsException(string path)
    : SynapseException(SynapseErrorKind.Conflict, "archive_exists", "File exists",
        $"There is a file '{path}' already. Name another, or let it be replaced with --replace; it is replaced only when the new one is whole.");

/// <summary>An archive cannot be written. Nothing is left of it, and the store is as it was.</summary>
public sealed class ArchiveUnwritableException(string path, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "archive_unwritable", "Archive cannot be written",
        $"The archive '{path}' cannot be written: {detail}. Nothing is left of it, and the store is as it was.", innerException);

/// <summary>An imported collection was not what its archive holds, as when somebody changed it meanwhile. It was removed again.</summary>
public sealed class ImportDiffersException(string collection, string difference, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Internal, "import_differs", "Import differs",
        $"The collection '{collection}' was imported, and then was not what its archive holds, first in {difference}. It was removed again. Import it again, and let nobody change it meanwhile.", innerException);
