using System.ComponentModel.DataAnnotations;

namespace Synapse.Ingestion;

/// <summary>Limits of ingestion.</summary>
public sealed class IngestionOptions
{
    /// <summary>Section of the configuration that holds these settings.</summary>
    public const string SectionName = "Synapse:Ingestion";

    /// <summary>Largest text file that is indexed, in bytes; 1 kB to 1 GB. A larger one is left out without being read.</summary>
    [Range(1_024L, 1_073_741_824L)]
    public long MaxTextBytes { get; set; } = 16 * 1_048_576;

    /// <summary>How many folders deep a source is walked; 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxDepth { get; set; } = 64;

    /// <summary>Files that are read, chunked and embedded at once; 0 for one per core, at most 256.</summary>
    [Range(0, 256)]
    public int Workers { get; set; }

    /// <summary>Chunks after which a batch is committed; 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int BatchChunks { get; set; } = 4_000;

    /// <summary>Characters of text after which a batch is committed; 1,024 to 256 Mi.</summary>
    [Range(1_024, 268_435_456)]
    public int BatchCharacters { get; set; } = 8 * 1_048_576;

    /// <summary>Age at which a batch is committed, however small; 10 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "00:01:00")]
    public TimeSpan BatchAge { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>How long a watched folder must be quiet before its changes are indexed; 1 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan WatchQuietTime { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a watched folder is walked as a whole, in case a change was not reported; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RescanInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a job waits before it tries again when the disk is full; 1 s to 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a job belongs to a server of which nothing is heard, before another takes it over; 2 s to 10 min.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Jobs that one server works on at once; 1 to 16. Of two and more, the last takes urgent jobs only: changed files, and sources that somebody waits for.</summary>
    [Range(1, 16)]
    public int Lanes { get; set; } = 2;

    /// <summary>How long a job may go on before it lets a waiting job of another collection go first; 1 s to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Turn { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Absolute paths of folders that are never indexed, such as the data folder of Synapse itself.</summary>
    public IList<string> ExcludedFolders { get; } = [];
}
