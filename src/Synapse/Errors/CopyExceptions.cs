namespace Synapse.Errors;

/// <summary>There is no store where one was to be read.</summary>
public sealed class StoreNotFoundException(string store, string detail)
    : SynapseException(SynapseErrorKind.NotFound, "store_not_found", "Store not found",
        $"There is no store in '{store}' ({detail}). Correct the address or the data folder.");

/// <summary>A store cannot be the target of this copy. It was left alone.</summary>
public sealed class CopyRefusedException(string target, string reason, string cure)
    : SynapseException(SynapseErrorKind.Conflict, "copy_refused", "Copy refused",
        $"Nothing can be copied to '{target}': {reason}. {cure}");

/// <summary>A copy is not what it was copied from. The source was left alone.</summary>
public sealed class CopyDiffersException(string target, string what, string detail, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Internal, "copy_differs", "Copy differs",
        $"The copy in '{target}' differs from its source, first in {what}: {detail}. Do not use the copy; the source is untouched. Remove the copy (the data folder, or the database) and copy again.",
        innerException)
{
    /// <summary>The first difference, in words.</summary>
    public string Difference { get; } = $"{what}: {detail}";
}

/// <summary>A data folder that is to be copied, or copied to, belongs to a running process.</summary>
public sealed class StoreInUseException(string store, string who)
    : SynapseException(SynapseErrorKind.Conflict, "store_in_use", "Store in use",
        $"The data folder '{store}' is open in {who}, and nothing may change while it is copied. Stop that with Ctrl+C, then run this command again.");

/// <summary>A store is a copy that is not finished, and nobody can tell what it lacks.</summary>
public sealed class StoreUnfinishedException(string store)
    : SynapseException(SynapseErrorKind.Conflict, "store_unfinished", "Store is an unfinished copy",
        $"The store '{store}' is an unfinished copy of another, or of a backup. Finish it by running its 'synapse store copy' or 'synapse restore' again, or remove it (the data folder, or the database).");
