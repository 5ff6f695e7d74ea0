using Synapse.Evaluation;
using Synapse.Library;
using Synapse.Retrieval;
using Synapse.Storage;

namespace Synapse.Eval;

/// <summary>Measures the sides and the whole of search on one set.</summary>
internal sealed class SetEvaluator(EvaluationLibrary library, SearchPlan plan)
{
    private const int Depth = 10;
    private const int ChunksPerSide = 500;

    private readonly Searcher _final = new(library.Store, library.Embedders, library.Analyzer, TimeProvider.System, plan);
    private readonly Searcher _fused = new(library.Store, library.Embedders, library.Analyzer, TimeProvider.System, plan with { UsesStructure = false });

    /// <summary>Measures every query of a list.</summary>
    public async Task<List<SetScores>> MeasureAsync(TestSet set, IReadOnlyList<JudgedQuery> queries, CancellationToken cancellationToken)
    {
        var scores = new List<SetScores>(queries.Count);
        foreach (var query in queries)
        {
            scores.Add(await MeasureAsync(set, query, cancellationToken));
        }

        return scores;
    }

    /// <summary>Measures only the search as it is; for tuning.</summary>
    public async Task<double> MeasureFinalAsync(TestSet set, IReadOnlyList<JudgedQuery> queries, CancellationToken cancellationToken)
    {
        var sum = 0.0;
        foreach (var query in queries)
        {
            sum += Ndcg(await SearchAsync(_final, set, query, Searcher.MaxLimit, cancellationToken), query);
        }

        return sum;
    }

    private async Task<SetScores> MeasureAsync(TestSet set, JudgedQuery query, CancellationToken cancellationToken)
    {
        await using var snapshot = await library.Store.OpenSnapshotAsync(AccessScope.Everything, [library.CollectionOf(set)], cancellationToken);
        var keywords = await snapshot.FindByKeywordsAsync(library.Analyzer.AnalyzeQuery(query.Text), ChunksPerSide, cancellationToken);
        var vectors = await snapshot.FindByEmbeddingAsync(await library.EmbedAsync(query.Text, cancellationToken), ChunksPerSide, cancellationToken);
        var final = await SearchAsync(_final, set, query, Searcher.MaxLimit, cancellationToken);
        return new SetScores(
            query.Id,
            1,
            Ndcg(await DocumentsAsync(set, snapshot, keywords, cancellationToken), query),
            Ndcg(await DocumentsAsync(set, snapshot, vectors, cancellationToken), query),
            Ndcg(await SearchAsync(_fused, set, query, Searcher.MaxLimit, cancellationToken), query),
            Ndcg(final, query),
            Ndcg(await SearchAsync(_final, set, query, Depth, cancellationToken), query),
            RankingMetrics.Recall(final, query.Gains, Searcher.MaxLimit),
            RankingMetrics.ReciprocalRank(final, query.Gains));
    }

    private async Task<List<string>> SearchAsync(Searcher searcher, TestSet set, JudgedQuery query, int limit, CancellationToken cancellationToken)
    {
        var result = await searcher.SearchAsync(AccessScope.Everything, new SearchQuery(query.Text, [library.CollectionOf(set)], limit), cancellationToken);
        return [.. result.Hits.Select(hit => set.DocumentOf(hit.Chunk.Path)).Distinct()];
    }

    private static async Task<List<string>> DocumentsAsync(TestSet set, ISearchSnapshot snapshot, IReadOnlyList<ScoredChunk> chunks, CancellationToken cancellationToken)
    {
        var described = await snapshot.DescribeAsync([.. chunks.Select(chunk => chunk.Key)], cancellationToken);
        return [.. described.Select(chunk => set.DocumentOf(chunk.Path)).Distinct()];
    }

    private static double Ndcg(List<string> documents, JudgedQuery query)
        => RankingMetrics.NormalizedDiscountedCumulativeGain(documents, query.Gains, Depth);
}
