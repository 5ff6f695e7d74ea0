namespace Synapse.Ingestion;

/// <summary>How urgent an ingestion job is; a higher one goes first.</summary>
public enum IngestionJobPriority
{
    /// <summary>A walk of what most likely did not change, such as that at a start.</summary>
    Rescan,

    /// <summary>The first load of a source.</summary>
    Load,

    /// <summary>Files that were seen to change.</summary>
    Change,

    /// <summary>A source that somebody wants to be up to date now.</summary>
    Refresh,
}
