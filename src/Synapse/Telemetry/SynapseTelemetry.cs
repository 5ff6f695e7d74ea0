using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Synapse.Answering;
using Synapse.Ingestion;

namespace Synapse.Telemetry;

/// <summary>
/// What searches, answers and ingestion measure and trace. Counts, times and words of a fixed set alone: no question, no text, no path and no name of a collection.
/// docs/telemetry.md lists every instrument.
/// </summary>
public static class SynapseTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Synapse";

    private const string Outcome = "synapse.outcome";

    private static readonly Meter s_meter = new(SourceName);
    private static readonly ActivitySource s_activities = new(SourceName);

    private static readonly Histogram<double> s_searches = s_meter.CreateHistogram<double>("synapse.search.duration", "s", "How long searches took.");
    private static readonly Histogram<double> s_answers = s_meter.CreateHistogram<double>("synapse.answer.duration", "s", "How long answers took, from the question to the last event.");
    private static readonly Histogram<double> s_jobs = s_meter.CreateHistogram<double>("synapse.ingestion.job.duration", "s", "How long ingestion jobs took.");
    private static readonly Counter<long> s_documents = s_meter.CreateCounter<long>("synapse.ingestion.documents", "{document}", "Documents that ingestion jobs added, changed and removed.");

    /// <summary>Measures and traces an answer, whoever gives it.</summary>
    /// <param name="events">The events of the answer.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The same events.</returns>
    public static async IAsyncEnumerable<AnswerEvent> MeasuredAsync(this IAsyncEnumerable<AnswerEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var started = Stopwatch.GetTimestamp();
        var outcome = "failed";
        using var activity = s_activities.StartActivity("answer");
        try
        {
            await using var items = events.GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                // Each step of an iterator runs in the flow of who asks for it, which does not know of the span.
                Activity.Current = activity ?? Activity.Current;
                if (!await items.MoveNextAsync())
                {
                    break;
                }

                outcome = items.Current is AnswerCompleted completed ? completed.Answer.Found ? "found" : "not_found" : outcome;
                yield return items.Current;
            }
        }
        finally
        {
            outcome = outcome == "failed" && cancellationToken.IsCancellationRequested ? "cancelled" : outcome;
            s_answers.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>(Outcome, outcome));
            activity?.SetTag(Outcome, outcome);
        }
    }

    /// <summary>Begins the span of a search.</summary>
    internal static Activity? BeginSearch() => s_activities.StartActivity("search");

    /// <summary>Measures a search.</summary>
    internal static void Searched(TimeSpan elapsed, bool found) => s_searches.Record(elapsed.TotalSeconds, new KeyValuePair<string, object?>(Outcome, found ? "found" : "not_found"));

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
        Count(job.Progress.DocumentsAdded, "added");
        Count(job.Progress.DocumentsChanged, "changed");
        Count(job.Progress.DocumentsRemoved, "removed");
    }

    private static void Count(long documents, string change)
    {
        if (documents > 0)
        {
            s_documents.Add(documents, new KeyValuePair<string, object?>("synapse.change", change));
        }
    }
}
