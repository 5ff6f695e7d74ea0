using System.Diagnostics;
using System.Diagnostics.Metrics;
using Synapse.Ingestion;
using Synapse.Storage;

namespace Synapse.Telemetry;

public static partial class SynapseTelemetry
{
    private static readonly Histogram<double> s_jobs = s_meter.CreateHistogram("synapse.ingestion.job.duration", "s", "How long ingestion jobs took.", null, s_long);
    private static readonly Counter<long> s_documents = s_meter.CreateCounter<long>("synapse.ingestion.documents", "{document}", "Documents that ingestion has added, changed and removed.");
    private static readonly Counter<long> s_chunks = s_meter.CreateCounter<long>("synapse.ingestion.chunks", "{chunk}", "Chunks of the documents added and changed.");
    private static readonly Counter<long> s_bytes = s_meter.CreateCounter<long>("synapse.ingestion.size", "By", "Size of the files of those documents.");
    private static readonly Counter<long> s_skipped = s_meter.CreateCounter<long>("synapse.ingestion.skipped", "{file}", "Files and folders that were left out, and had not been before.");
    private static readonly Counter<long> s_lookups = s_meter.CreateCounter<long>("synapse.embedding.cache.lookups", "{text}", "Texts that were looked for among those embedded before.");
    private static readonly Histogram<double> s_merges = s_meter.CreateHistogram("synapse.store.merge.duration", "s", "How long it took to make one segment of the keyword index from several.", null, s_long);

    /// <summary>Begins the span of a job. It is a trace of its own: nobody waits for it.</summary>
    internal static Activity? BeginJob(long jobId)
        => s_activities.StartActivity("ingest", ActivityKind.Internal, default(ActivityContext))?.SetTag("synapse.job.id", jobId);

    /// <summary>Measures a job that has ended.</summary>
    internal static void Ended(IngestionJob job)
    {
        var outcome = job.State switch
        {
            IngestionJobState.Completed => "completed",
            IngestionJobState.Cancelled => "cancelled",
            _ => "failed",
        };
        s_jobs.Record(((job.FinishedAt - job.StartedAt) ?? TimeSpan.Zero).TotalSeconds, new KeyValuePair<string, object?>(Outcome, outcome));
    }

    /// <summary>Counts what a commit of ingestion changed, from one state of a job's progress to the next.</summary>
    internal static void Committed(IngestionProgress before, IngestionProgress after, long bytes)
    {
        Count(after.DocumentsAdded - before.DocumentsAdded, "added");
        Count(after.DocumentsChanged - before.DocumentsChanged, "changed");
        Count(after.DocumentsRemoved - before.DocumentsRemoved, "removed");
        s_chunks.Add(after.ChunksStored - before.ChunksStored);
        s_bytes.Add(bytes);
    }

    /// <summary>Counts files that were left out.</summary>
    internal static void Skipped(IEnumerable<SkippedFile> files)
    {
        foreach (var reason in files.CountBy(static file => file.Reason))
        {
            s_skipped.Add(reason.Value, new KeyValuePair<string, object?>("synapse.skip.reason", reason.Key));
        }
    }

    /// <summary>Counts texts that were looked for in the cache of embeddings.</summary>
    internal static void LookedUp(int hits, int misses)
    {
        s_lookups.Add(hits, new KeyValuePair<string, object?>(Outcome, "hit"));
        s_lookups.Add(misses, new KeyValuePair<string, object?>(Outcome, "miss"));
    }

    /// <summary>Measures a merge.</summary>
    internal static void Merged(TimeSpan elapsed) => s_merges.Record(elapsed.TotalSeconds);

    private static void Count(long documents, string change)
    {
        if (documents > 0)
        {
            s_documents.Add(documents, new KeyValuePair<string, object?>("synapse.change", change));
        }
    }
}
