using System.ComponentModel.DataAnnotations;

namespace Synapse.Contracts;

/// <summary>Adds a folder or file to a collection, or brings one up to date that is there already.</summary>
/// <param name="Path">Absolute path on the server's machine; 1 to 4,096 characters.</param>
/// <param name="Collection">Name of the collection, which is made if there is none; null for the one that is bound to this path alone, named after it.</param>
/// <param name="LocalOnly">Whether to mark the collection as local only before anything of it is read; false leaves it as it is.</param>
public sealed record AddSourceRequest(
    [Required, StringLength(4_096, MinimumLength = 1)] string Path,
    [StringLength(100, MinimumLength = 1)] string? Collection = null,
    bool LocalOnly = false);

/// <summary>Where documents of a collection come from.</summary>
/// <param name="Id">Key; never reused.</param>
/// <param name="Collection">Name of the collection.</param>
/// <param name="Kind"><c>folder</c> or <c>file</c>; <c>imported</c> for one that an archive names, which is not looked at until somebody adds it.</param>
/// <param name="Location">Absolute path on the server's machine.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record SourceResponse(long Id, string Collection, string Kind, string Location, DateTimeOffset CreatedAt);

/// <summary>The sources of a collection, in the order they were added.</summary>
/// <param name="Sources">The sources.</param>
public sealed record SourceListResponse(IReadOnlyList<SourceResponse> Sources);

/// <summary>A source that was added or was there already, and the job that brings it up to date.</summary>
/// <param name="Source">The source.</param>
/// <param name="Job">The job.</param>
public sealed record SourceAddedResponse(SourceResponse Source, JobResponse Job);

/// <summary>A file that the last walk of a source left out.</summary>
/// <param name="Path">Path relative to the source.</param>
/// <param name="Reason">Stable code of the reason, such as <c>binary</c>, <c>too_large</c>, <c>secret</c>, <c>unreadable</c>.</param>
/// <param name="Detail">The reason in words.</param>
public sealed record SkippedFileResponse(string Path, string Reason, string Detail);

/// <summary>The files that the last walk of a source left out, by path.</summary>
/// <param name="Files">The files.</param>
public sealed record SkippedFileListResponse(IReadOnlyList<SkippedFileResponse> Files);
