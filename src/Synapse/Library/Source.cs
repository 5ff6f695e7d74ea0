namespace Synapse.Library;

/// <summary>What kind of place documents come from.</summary>
public enum SourceKind
{
    /// <summary>A folder on this machine, walked with its ignore files.</summary>
    Folder,

    /// <summary>One file on this machine.</summary>
    File,

    /// <summary>A folder or file as an archive names it, of whichever machine: it is never looked at. Whoever adds that very path to the collection makes it one of the others.</summary>
    Imported,
}

/// <summary>Where documents of a collection come from.</summary>
/// <param name="Id">Key in the store; never reused.</param>
/// <param name="CollectionId">The collection it belongs to.</param>
/// <param name="Kind">The kind of place.</param>
/// <param name="Location">Absolute path with links resolved.</param>
/// <param name="CreatedAt">When it was added.</param>
public sealed record Source(long Id, long CollectionId, SourceKind Kind, string Location, DateTimeOffset CreatedAt);
