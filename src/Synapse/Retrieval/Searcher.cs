using Microsoft.Extensions.Options;
using Synapse.Embedding;
using Synapse.Library;
using Synapse.Retrieval.Analysis;
using Synapse.Retrieval.Fusion;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;
using Synapse.Retrieval.Reranking;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Retrieval;

/// <summary>Hybrid search: keyword and vector candidates, their scores fused, then ordered by structure, the best read again by a reranker where one is configured. Safe to call from several threads at once.</summary>
public sealed class Searcher
{
    /// <summary>The longest query, in UTF-16 units.</summary>
    public const int MaxQueryLength = IntentReader.MaxLength;

    /// <summary>Most hits of one search.</summary>
    public const int MaxLimit = 100;

    private readonly ISearchStore _store;
    private readonly IEmbedders _embedders;
    private readonly QueryEmbedder _queryEmbedder;
    private readonly TextAnalyzer _analyzer;
    private readonly TimeProvider _time;
    private readonly SearchPlan _plan;
    private readonly IReadOnlyList<IRankingRule> _rules;
    private readonly RerankStage? _rerank;

    /// <summary>Creates a searcher.</summary>
    /// <param name="store">Where to search.</param>
    /// <param name="embedders">Embed queries into the spaces of the store.</param>
    /// <param name="analyzer">Splits queries as the chunks were split.</param>
    /// <param name="options">The limits.</param>
    /// <param name="time">Measures how long searches take.</param>
    /// <param name="reranker">Reads the best passages again; null when none is configured.</param>
    public Searcher(ISearchStore store, IEmbedders embedders, TextAnalyzer analyzer, IOptions<RetrievalOptions> options, TimeProvider time, IReranker? reranker = null)
        : this(store, embedders, analyzer, time, new SearchPlan(), options?.Value, reranker)
    {
    }

    internal Searcher(
        ISearchStore store, IEmbedders embedders, TextAnalyzer analyzer, TimeProvider time, SearchPlan? plan = null, RetrievalOptions? options = null, IReranker? reranker = null)
    {
        plan ??= new SearchPlan();
        options ??= new RetrievalOptions();
        _store = store;
        _embedders = embedders;
        _queryEmbedder = new QueryEmbedder(embedders, options.QueryEmbeddingTimeout, time);
        _analyzer = analyzer;
        _time = time;
        _plan = plan;
        _rules = RankingRules.Create(plan.Ranking);
        _rerank = reranker is null ? null : new RerankStage(reranker, options, time);
    }

    /// <summary>Searches.</summary>
    /// <param name="scope">What the caller may read.</param>
    /// <param name="query">What to search for, and where.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>At most <see cref="SearchQuery.Limit"/> hits, best first; the same hits in the same order for the same commit. Empty when nothing matches at all.</returns>
    /// <exception cref="Errors.InvalidQueryException">The query is empty, longer than <see cref="MaxQueryLength"/>, or has neither letter nor digit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The limit is not 1 to <see cref="MaxLimit"/>.</exception>
    public async Task<SearchResult> SearchAsync(AccessScope scope, SearchQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(query);
        using var activity = SynapseTelemetry.BeginSearch();
        var result = await FindAsync(scope, query, cancellationToken);
        SynapseTelemetry.Searched(activity, result);
        return result;
    }

    private async Task<SearchResult> FindAsync(AccessScope scope, SearchQuery query, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        var intent = IntentReader.Read(query.Text);
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Limit, MaxLimit, nameof(query));

        var terms = _analyzer.AnalyzeQuery(intent.Text);
        await using var snapshot = await _store.OpenSnapshotAsync(scope, query.CollectionIds, cancellationToken);
        var (embeddings, degraded) = await EmbedAsync(intent, snapshot, cancellationToken);
        var candidates = await FindCandidatesAsync(new CandidateGenerator(snapshot, terms, embeddings, _plan), intent, cancellationToken);
        if (candidates.Count == 0)
        {
            return new SearchResult([], _time.GetElapsedTime(started)) { Degraded = degraded };
        }

        var words = await RankAsync(snapshot, intent, terms, embeddings, candidates, cancellationToken);
        if (await RerankAsync(snapshot, intent, candidates, cancellationToken) is { } leftOut)
        {
            degraded = [.. degraded, leftOut];
        }

        var hits = await ReadHitsAsync(snapshot, candidates, query.Limit, cancellationToken);
        await BuiltInSimilarity.AddAsync(_embedders.BuiltIn, intent.Text, hits, cancellationToken);
        return new SearchResult(hits, _time.GetElapsedTime(started)) { Words = words, Degraded = degraded };
    }

    private async ValueTask<EmbeddedQuery> EmbedAsync(QueryIntent intent, ISearchSnapshot snapshot, CancellationToken cancellationToken)
    {
        using var stage = SynapseTelemetry.Begin("embedding");
        return await _queryEmbedder.EmbedAsync(intent.Text, snapshot.Spaces, cancellationToken);
    }

    private static async ValueTask<List<Candidate>> FindCandidatesAsync(CandidateGenerator generator, QueryIntent intent, CancellationToken cancellationToken)
    {
        using var stage = SynapseTelemetry.Begin("candidates");
        return await generator.FindAsync(intent, cancellationToken);
    }

    /// <summary>Puts the candidates in order; those without evidence go.</summary>
    /// <returns>The words of the query with their weights.</returns>
    private async ValueTask<WeightedWords> RankAsync(
        ISearchSnapshot snapshot, QueryIntent intent, IReadOnlyList<QueryTerm> terms, QueryEmbeddings embeddings, List<Candidate> candidates, CancellationToken cancellationToken)
    {
        using var stage = SynapseTelemetry.Begin("ranking");
        await CandidateDescriber.DescribeAsync(snapshot, candidates, cancellationToken);
        var words = await WordWeigher.WeighAsync(snapshot, _analyzer, intent, cancellationToken);
        var fullMatch = await FullMatch.ScoreAsync(snapshot, terms, cancellationToken);
        ConvexCombination.Apply(candidates, embeddings, FusionWeight.Of(intent, candidates, _plan.Fusion), fullMatch);
        if (_plan.UsesStructure)
        {
            var context = new RankingContext(intent, words, candidates);
            foreach (var rule in _rules)
            {
                rule.Apply(context);
            }
        }

        candidates.RemoveAll(static candidate => !candidate.HasEvidence);
        candidates.Sort(Candidate.Compare);
        return words;
    }

    /// <returns>Why it was left out; null when it was done, or there is no reranker.</returns>
    private async ValueTask<Degradation?> RerankAsync(ISearchSnapshot snapshot, QueryIntent intent, List<Candidate> candidates, CancellationToken cancellationToken)
    {
        if (_rerank is null)
        {
            return null;
        }

        using var stage = SynapseTelemetry.Begin("reranking");
        return await _rerank.ApplyAsync(snapshot, intent.Text, candidates, cancellationToken);
    }

    private static async ValueTask<List<Hit>> ReadHitsAsync(ISearchSnapshot snapshot, List<Candidate> ranked, int limit, CancellationToken cancellationToken)
    {
        using var stage = SynapseTelemetry.Begin("reading");
        var hits = new List<Hit>(limit);
        // A document that was removed since the view was opened has no text any more; the next ones move up.
        for (var from = 0; from < ranked.Count && hits.Count < limit; from += limit)
        {
            var page = ranked.GetRange(from, Math.Min(limit, ranked.Count - from));
            var texts = await snapshot.ReadTextsAsync(CandidateDescriber.KeysOf(page), cancellationToken);
            for (var i = 0; i < page.Count && hits.Count < limit; i++)
            {
                if (texts[i] is { } text)
                {
                    var candidate = page[i];
                    hits.Add(new Hit(candidate.Stored, text, candidate.Score, candidate.Bm25Score, candidate.CosineSimilarity, candidate.Parts));
                }
            }
        }

        return hits;
    }
}
