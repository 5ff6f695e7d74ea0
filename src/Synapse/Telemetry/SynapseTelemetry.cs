using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Synapse.Answering;
using Synapse.Retrieval;

namespace Synapse.Telemetry;

/// <summary>
/// What searches, answers, ingestion and the store measure and trace. Counts, times and words of a fixed set alone: no question, no text, no path and no name of a collection.
/// docs/monitoring.md lists every instrument.
/// </summary>
public static partial class SynapseTelemetry
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string SourceName = "Synapse";

    private const string Outcome = "synapse.outcome";
    private const string StageName = "synapse.retrieval.stage";

    // In seconds; each covers what people feel, from what the built-in models need to what a slow model server does.
    private static readonly InstrumentAdvice<double> s_short = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };
    private static readonly InstrumentAdvice<double> s_medium = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320] };
    private static readonly InstrumentAdvice<double> s_long = new() { HistogramBucketBoundaries = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3_600, 14_400, 86_400] };

    private static readonly Meter s_meter = new(SourceName);
    private static readonly ActivitySource s_activities = new(SourceName);

    private static readonly Histogram<double> s_searches = s_meter.CreateHistogram("synapse.search.duration", "s", "How long searches took.", null, s_short);
    private static readonly Histogram<double> s_stages = s_meter.CreateHistogram("synapse.retrieval.stage.duration", "s", "How long each stage of a search took.", null, s_short);
    private static readonly Counter<long> s_degradations = s_meter.CreateCounter<long>("synapse.retrieval.degradations", "{search}", "Stages that a search did without, because a model failed or was late.");
    private static readonly Histogram<double> s_answers = s_meter.CreateHistogram("synapse.answer.duration", "s", "How long answers took, from the question to the last event.", null, s_medium);
    private static readonly Counter<long> s_sentences = s_meter.CreateCounter<long>("synapse.answer.sentences", "{sentence}", "Sentences of answers, by what the check against the stored text has shown.");
    private static readonly Counter<long> s_citations = s_meter.CreateCounter<long>("synapse.citation.checks", "{citation}", "Quotes that were looked up in the stored text.");

    /// <summary>Measures and traces an answer, whoever gives it.</summary>
    /// <param name="events">The events of the answer.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The same events.</returns>
    public static async IAsyncEnumerable<AnswerEvent> MeasuredAsync(this IAsyncEnumerable<AnswerEvent> events, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        var started = Stopwatch.GetTimestamp();
        var (outcome, kind) = ("failed", "extractive");
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

                kind = items.Current is ModelAsked ? "generative" : kind;
                outcome = items.Current is AnswerCompleted completed ? OutcomeOf(completed.Answer) : outcome;
                yield return items.Current;
            }
        }
        finally
        {
            outcome = outcome == "failed" && cancellationToken.IsCancellationRequested ? "cancelled" : outcome;
            s_answers.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new(Outcome, outcome), new(AnswerKind, kind));
            activity?.SetTag(Outcome, outcome).SetTag(AnswerKind, kind);
            if (outcome == "failed")
            {
                activity?.SetStatus(ActivityStatusCode.Error);
            }
        }
    }

    private const string AnswerKind = "synapse.answer.kind";

    /// <summary>Begins the span of a search.</summary>
    internal static Activity? BeginSearch() => s_activities.StartActivity("search");

    /// <summary>Measures a search.</summary>
    internal static void Searched(Activity? activity, SearchResult result)
    {
        var outcome = result.Hits.Count > 0 ? "found" : "not_found";
        s_searches.Record(result.Elapsed.TotalSeconds, new KeyValuePair<string, object?>(Outcome, outcome));
        activity?.SetTag(Outcome, outcome).SetTag("synapse.search.hits", result.Hits.Count);
        foreach (var degradation in result.Degraded)
        {
            s_degradations.Add(1, new(StageName, degradation.Stage == DegradedStage.Reranking ? "reranking" : "embedding"), new("error.type", degradation.Code));
        }
    }

    /// <summary>Begins a stage of a search; it ends when disposed.</summary>
    /// <param name="name">One of a few words.</param>
    internal static Stage Begin(string name) => new(name);

    /// <summary>Counts a quote that was looked up.</summary>
    internal static void Checked(bool verified) => s_citations.Add(1, new KeyValuePair<string, object?>(Outcome, verified ? "verified" : "failed"));

    private static string OutcomeOf(Answer answer)
    {
        foreach (var sentence in answer.Sentences)
        {
            s_sentences.Add(1, new KeyValuePair<string, object?>("synapse.sentence.support", WordOf(sentence.Support)));
        }

        return (answer.Finish, answer.Found) switch
        {
            (AnswerFinish.Interrupted, _) => "interrupted",
            (AnswerFinish.Filtered, _) => "filtered",
            (_, true) => "found",
            _ => "not_found",
        };
    }

    private static string WordOf(SentenceSupport support) => support switch
    {
        SentenceSupport.Verified => "verified",
        SentenceSupport.Corrected => "corrected",
        SentenceSupport.Unsupported => "unsupported",
        SentenceSupport.Framing => "framing",
        _ => "incomplete",
    };

    /// <summary>A stage of a search that is under way.</summary>
    internal readonly struct Stage : IDisposable
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly string _name;
        private readonly Activity? _activity;

        public Stage(string name)
        {
            _name = name;
            _activity = s_activities.HasListeners() ? s_activities.StartActivity($"search {name}") : null;
        }

        public void Dispose()
        {
            s_stages.Record(Stopwatch.GetElapsedTime(_started).TotalSeconds, new KeyValuePair<string, object?>(StageName, _name));
            _activity?.Dispose();
        }
    }
}
