using Synapse.Ingestion.Walking;
using Synapse.Library;
using Synapse.Storage;

namespace Synapse.Ingestion;

/// <summary>A file that has to be read, because it is new or may have changed.</summary>
/// <param name="Path">Path relative to the source.</param>
/// <param name="SizeBytes">Size as the walk saw it, in bytes.</param>
/// <param name="State">The document that is stored at this path; null when there is none.</param>
internal sealed record PendingFile(string Path, long SizeBytes, DocumentState? State);

/// <summary>What has to be done to bring a source up to date.</summary>
internal sealed class IngestionPlan
{
    private IngestionPlan(Source source, string root)
    {
        Source = source;
        Root = root;
    }

    /// <summary>The source.</summary>
    public Source Source { get; }

    /// <summary>Absolute path of the folder that the paths are relative to.</summary>
    public string Root { get; }

    /// <summary>Files to read, in the order of the walk.</summary>
    public List<PendingFile> Pending { get; } = [];

    /// <summary>Documents whose files are gone or are left out now.</summary>
    public List<DocumentState> Removed { get; } = [];

    /// <summary>Files left out by the walk.</summary>
    public List<SkippedFile> Skipped { get; } = [];

    /// <summary>Files found, unchanged ones included.</summary>
    public long FilesFound { get; private set; }

    /// <summary>Size of the files found, in bytes.</summary>
    public long BytesFound { get; private set; }

    /// <summary>Size of the files that need not be read, in bytes.</summary>
    public long BytesUnchanged { get; private set; }

    /// <summary>Walks the source and compares it with what is stored.</summary>
    public static IngestionPlan Make(
        FolderWalker walker, Source source, IReadOnlyCollection<string>? changedPaths, IReadOnlyList<DocumentState> states, CancellationToken cancellationToken)
    {
        if (source.Kind == SourceKind.File)
        {
            return OfFile(walker, source, states);
        }

        if (changedPaths is null || changedPaths.Any(NeedsWholeWalk))
        {
            return Make(source, source.Location, walker.Walk(source.Location, cancellationToken), states);
        }

        // A changed path may be a folder that came or went: then all that is or was below it has changed.
        var isFolder = changedPaths.Any(path => Directory.Exists(Path.Combine(source.Location, path)));
        if (isFolder)
        {
            return Make(source, source.Location, walker.Walk(source.Location, cancellationToken), states);
        }

        var affected = states.Where(state => changedPaths.Any(path => IsAtOrBelow(state.Path, path))).ToList();
        return Make(source, source.Location, walker.Look(source.Location, changedPaths, cancellationToken), affected);
    }

    private static IngestionPlan OfFile(FolderWalker walker, Source source, IReadOnlyList<DocumentState> states)
    {
        var walk = walker.LookAtFile(source.Location);
        return Make(source, Path.GetDirectoryName(source.Location)!, walk, states);
    }

    private static IngestionPlan Make(Source source, string root, WalkResult walk, IReadOnlyList<DocumentState> states)
    {
        var plan = new IngestionPlan(source, root);
        var stored = new Dictionary<string, DocumentState>(states.Count, StringComparer.Ordinal);
        foreach (var state in states)
        {
            stored[state.Path] = state;
        }

        foreach (var file in walk.Files)
        {
            plan.FilesFound++;
            plan.BytesFound += file.SizeBytes;
            DocumentState? state = stored.Remove(file.Path, out var known) ? known : null;
            if (state is { } same && same.SizeBytes == file.SizeBytes && same.ModifiedAt == file.ModifiedAt)
            {
                plan.BytesUnchanged += file.SizeBytes;
            }
            else
            {
                plan.Pending.Add(new PendingFile(file.Path, file.SizeBytes, state));
            }
        }

        // What cannot be read now is not gone: its last version stays.
        plan.Skipped.AddRange(walk.Skipped);
        var unreadable = walk.Skipped.Where(static skipped => skipped.Reason == SkipReason.Unreadable).Select(static skipped => skipped.Path.TrimEnd('/')).ToList();
        plan.Removed.AddRange(stored.Values
            .Where(state => !unreadable.Exists(path => IsAtOrBelow(state.Path, path)))
            .OrderBy(static state => state.DocumentId));
        return plan;
    }

    private static bool NeedsWholeWalk(string path)
        => Path.GetFileName(path) is IgnoreScope.GitFileName or IgnoreScope.OwnFileName || path.Length == 0;

    private static bool IsAtOrBelow(string path, string folder)
        => path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/');
}
