namespace Synapse.Errors;

/// <summary>There is no collection of that name that the caller may see.</summary>
public sealed class CollectionNotFoundException(string name)
    : SynapseException(SynapseErrorKind.NotFound, "collection_not_found", "Collection not found",
        $"There is no collection named '{name}'. 'synapse status' lists the collections.");

/// <summary>A collection of that name exists already.</summary>
public sealed class CollectionExistsException(string name)
    : SynapseException(SynapseErrorKind.Conflict, "collection_exists", "Collection exists",
        $"There is already a collection named '{name}'. Choose another name, or add to that one.");

/// <summary>The name of a collection breaks the rule.</summary>
public sealed class InvalidCollectionNameException(string name, string rule)
    : SynapseException(SynapseErrorKind.BadInput, "invalid_collection_name", "Invalid collection name",
        $"'{name}' cannot name a collection: {rule}.");

/// <summary>There is no document with that id that the caller may see.</summary>
public sealed class DocumentNotFoundException(long documentId)
    : SynapseException(SynapseErrorKind.NotFound, "document_not_found", "Document not found",
        $"There is no document {documentId}. It may have been changed or removed since it was found; search again.");

/// <summary>There is no source with that id that the caller may see.</summary>
public sealed class SourceNotFoundException(long sourceId)
    : SynapseException(SynapseErrorKind.NotFound, "source_not_found", "Source not found", $"There is no source {sourceId}.");

/// <summary>There is no ingestion job with that id that the caller may see.</summary>
public sealed class JobNotFoundException(long jobId)
    : SynapseException(SynapseErrorKind.NotFound, "job_not_found", "Job not found", $"There is no ingestion job {jobId}.");
