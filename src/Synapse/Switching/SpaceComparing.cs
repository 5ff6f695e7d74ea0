using Microsoft.Extensions.Options;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Evaluation;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Storage;

namespace Synapse.Switching;

/// <summary>Asks the questions of a collection in both of its spaces, as people's questions are asked but without a reranker, and compares what is found.</summary>
internal sealed class SpaceComparing(
    ISwitchStore switches, ISearchStore search, ILibraryStore library, IEmbedders embedders, TextAnalyzer analyzer, IOptions<RetrievalOptions> options, TimeProvider time)
{
    // Fewer tell less than what chance changes; more take longer without telling more.
    private const int DrawnQuestions = 50;

    // Several chunks of one document count once.
    private const int HitsAsked = 4 * SwitchComparison.Ranks;

    /// <summary>Measures.</summary>
    /// <exception cref="SynapseException">A question could not be embedded in one of the spaces, or a store or provider cannot be used.</exception>
    public async Task<SwitchComparison> MeasureAsync(long collectionId, CancellationToken cancellationToken)
    {
        var judged = await switches.FindEvaluationAsync(AccessScope.Everything, collectionId, cancellationToken);
        var documents = new Dictionary<string, EgressDocument>(StringComparer.Ordinal);
        IReadOnlyList<EvaluationQuestion> questions;
        if (judged is not null)
        {
            questions = judged.Questions;
        }
        else
        {
            var sample = await DocumentSample.DrawAsync(library, collectionId, DrawnQuestions, cancellationToken);
            questions = QuestionDrawing.Make(sample);
            foreach (var (document, _) in sample.Documents)
            {
                documents[document.Path] = new EgressDocument(collectionId, document.SourceId, document.Path);
            }
        }

        await using var now = await search.OpenSnapshotAsync(AccessScope.Everything, [collectionId], cancellationToken);
        await using var then = await switches.OpenShadowSnapshotAsync(collectionId, cancellationToken);
        var searched = new Searcher(new HeldSnapshot(now), embedders, analyzer, options, time);
        var shadow = new Searcher(new HeldSnapshot(then), embedders, analyzer, options, time);
        var sums = new Sums();
        foreach (var question in questions)
        {
            // A sentence of a document goes where its document went, and the ledger says so.
            IReadOnlyCollection<EgressDocument> carried = judged is null && documents.TryGetValue(question.Relevant[0], out var drawn) ? [drawn] : [];
            using var activity = EgressActivity.Begin(EgressPurpose.Embedding, carried);
            sums.Add(question, await FindAsync(searched, question.Text, canBeGone: true, cancellationToken), await FindAsync(shadow, question.Text, canBeGone: false, cancellationToken));
        }

        return sums.Means(judged is null ? EvaluationBasis.Drawn : EvaluationBasis.Judged, time.GetUtcNow());
    }

    // Where the old model is not configured any more, people's searches find by words alone, and so do these.
    private static async Task<IReadOnlyList<string>> FindAsync(Searcher searcher, string question, bool canBeGone, CancellationToken cancellationToken)
    {
        var result = await searcher.SearchAsync(AccessScope.Everything, new SearchQuery(question, Limit: HitsAsked), cancellationToken);
        if (result.Degraded.FirstOrDefault(static each => each.Stage == DegradedStage.Embedding) is { } degraded && !(canBeGone && degraded.Code == Degradation.EmbeddingNotConfigured))
        {
            throw new SwitchPendingException($"The two models could not be compared: {degraded.Reason}");
        }

        return [.. result.Hits.Select(static hit => hit.Chunk.Path).Distinct(StringComparer.Ordinal).Take(SwitchComparison.Ranks)];
    }

    private sealed class Sums
    {
        private readonly double[] _sums = new double[5];
        private int _count;

        public void Add(EvaluationQuestion question, IReadOnlyList<string> now, IReadOnlyList<string> then)
        {
            var gains = question.Relevant.Distinct(StringComparer.Ordinal).ToDictionary(static path => path, static _ => 1.0, StringComparer.Ordinal);
            _sums[0] += RankingMetrics.NormalizedDiscountedCumulativeGain(now, gains, SwitchComparison.Ranks);
            _sums[1] += RankingMetrics.NormalizedDiscountedCumulativeGain(then, gains, SwitchComparison.Ranks);
            _sums[2] += RankingMetrics.Recall(now, gains, SwitchComparison.Ranks);
            _sums[3] += RankingMetrics.Recall(then, gains, SwitchComparison.Ranks);
            _sums[4] += now.Count + then.Count == 0 ? 1 : (double)now.Intersect(then, StringComparer.Ordinal).Count() / Math.Max(now.Count, then.Count);
            _count++;
        }

        // Where there is nothing to ask, nothing is worse.
        public SwitchComparison Means(EvaluationBasis basis, DateTimeOffset now)
        {
            var means = _count == 0 ? [0, 0, 0, 0, 1] : Array.ConvertAll(_sums, sum => sum / _count);
            return new SwitchComparison(basis, _count, means[0], means[1], means[2], means[3], means[4], now);
        }
    }
}
