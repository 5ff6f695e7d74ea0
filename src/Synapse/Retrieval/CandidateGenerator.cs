using Synapse.Embedding;
using Synapse.Retrieval.Analysis;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;
using Synapse.Storage;

namespace Synapse.Retrieval;

/// <summary>Finds the chunks that may be hits, each with the exact scores of both sides.</summary>
internal sealed class CandidateGenerator(ISearchSnapshot snapshot, IReadOnlyList<QueryTerm> terms, QueryEmbeddings embeddings, SearchPlan plan)
{
    private const int DefinitionsPerName = 30;
    private const long LargeView = 50_000;

    /// <summary>Finds the union of the chunks of both sides, and those that define a name of the query.</summary>
    /// <returns>Every chunk once.</returns>
    public async ValueTask<List<Candidate>> FindAsync(QueryIntent intent, CancellationToken cancellationToken)
    {
        var bm25 = new Dictionary<ChunkKey, float>();
        var cosine = new Dictionary<ChunkKey, float>();
        var keys = new List<ChunkKey>(2 * plan.CandidatesPerSide);
        var hasEmbedding = embeddings.SaysAnything;
        var nearest = hasEmbedding ? FindNearestAsync(cancellationToken) : Task.FromResult<IReadOnlyList<ScoredChunk>>([]);
        if (terms.Count > 0)
        {
            Collect(await snapshot.FindByKeywordsAsync(terms, plan.CandidatesPerSide, cancellationToken), bm25, keys, cosine);
        }

        Collect(await nearest, cosine, keys, bm25);

        await AddDefinitionsAsync(intent, keys, bm25, cosine, cancellationToken);
        if (terms.Count > 0)
        {
            await CompleteAsync(keys, bm25, missing => snapshot.ScoreKeywordsAsync(terms, missing, cancellationToken));
        }

        if (hasEmbedding)
        {
            await CompleteAsync(keys, cosine, missing => snapshot.ScoreEmbeddingAsync(embeddings, missing, cancellationToken));
        }

        var candidates = new List<Candidate>(keys.Count);
        foreach (var key in keys)
        {
            candidates.Add(new Candidate(key, bm25.GetValueOrDefault(key), cosine.GetValueOrDefault(key)));
        }

        return candidates;
    }

    // In a large view both sides take milliseconds, and neither needs the other.
    private Task<IReadOnlyList<ScoredChunk>> FindNearestAsync(CancellationToken cancellationToken)
        => snapshot.ChunkCount < LargeView
            ? snapshot.FindByEmbeddingAsync(embeddings, plan.CandidatesPerSide, cancellationToken).AsTask()
            : Task.Run(() => snapshot.FindByEmbeddingAsync(embeddings, plan.CandidatesPerSide, cancellationToken).AsTask(), cancellationToken);

    private static void Collect(IReadOnlyList<ScoredChunk> found, Dictionary<ChunkKey, float> own, List<ChunkKey> keys, Dictionary<ChunkKey, float> other)
    {
        foreach (var chunk in found)
        {
            if (own.TryAdd(chunk.Key, chunk.Score) && !other.ContainsKey(chunk.Key))
            {
                keys.Add(chunk.Key);
            }
        }
    }

    private static async ValueTask CompleteAsync(List<ChunkKey> keys, Dictionary<ChunkKey, float> scores, Func<IReadOnlyList<ChunkKey>, ValueTask<IReadOnlyList<float>>> score)
    {
        var missing = new List<ChunkKey>(keys.Count);
        foreach (var key in keys)
        {
            if (!scores.ContainsKey(key))
            {
                missing.Add(key);
            }
        }

        if (missing.Count == 0)
        {
            return;
        }

        var found = await score(missing);
        for (var i = 0; i < missing.Count; i++)
        {
            scores[missing[i]] = found[i];
        }
    }

    // A definition in a file that hardly says its name else may be past the candidates of both sides.
    private async ValueTask AddDefinitionsAsync(
        QueryIntent intent, List<ChunkKey> keys, Dictionary<ChunkKey, float> bm25, Dictionary<ChunkKey, float> cosine, CancellationToken cancellationToken)
    {
        foreach (var name in intent.Names)
        {
            var simple = name.AsSpan()[(name.AsSpan().LastIndexOfAny(".:#/") + 1)..];
            if (simple.IsEmpty)
            {
                continue;
            }

            var found = await snapshot.FindByKeywordsAsync([new QueryTerm(ExactTerms.Definition(simple.ToString()))], DefinitionsPerName, cancellationToken);
            foreach (var chunk in found)
            {
                if (!bm25.ContainsKey(chunk.Key) && !cosine.ContainsKey(chunk.Key) && !keys.Contains(chunk.Key))
                {
                    keys.Add(chunk.Key);
                }
            }
        }
    }
}
