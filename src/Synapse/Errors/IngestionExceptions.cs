namespace Synapse.Errors;

/// <summary>The path given does not exist.</summary>
public sealed class PathNotFoundException(string path)
    : SynapseException(SynapseErrorKind.BadInput, "path_not_found", "Path not found",
        Path.IsPathFullyQualified(path)
            ? $"'{path}' does not exist. Check the spelling; relative paths start at the current folder."
            : $"'{path}' is not an absolute path. Write it out from the root on.");

/// <summary>The path exists and may not be read.</summary>
public sealed class PathUnreadableException(string path, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.BadInput, "path_unreadable", "Path unreadable",
        $"'{path}' cannot be read: {reason}. Check its permissions.", innerException);

/// <summary>The path may not be indexed at all, such as the system's own folders or the data folder of Synapse.</summary>
public sealed class PathNotAllowedException(string path, string reason)
    : SynapseException(SynapseErrorKind.BadInput, "path_not_allowed", "Path not allowed", $"'{path}' is not indexed: {reason}.");

/// <summary>There is nothing to search or to answer from.</summary>
public sealed class NothingIndexedException(string message)
    : SynapseException(SynapseErrorKind.NotFound, "nothing_indexed", "Nothing indexed", message);

/// <summary>No server sees the folder or file of a source, so nothing of it can be brought up to date.</summary>
public sealed class SourceUnseenException(string location)
    : SynapseException(SynapseErrorKind.Unavailable, "source_unseen", "Source not seen",
        $"No server that is running sees '{location}'. Indexing goes on by itself once one does; what was indexed before stays.");

/// <summary>The job is not in the hands of who wanted to go on with it: it was paused, cancelled, removed, or taken over by another server.</summary>
public sealed class JobLostException(long jobId)
    : SynapseException(SynapseErrorKind.Conflict, "job_lost", "Job lost", $"Job {jobId} was paused, cancelled or taken over meanwhile. Nothing was stored twice.");
