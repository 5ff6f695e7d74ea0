using System.Globalization;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Retrieval.Ranking;
using Synapse.Storage;

namespace Synapse.Retrieval.Reranking;

/// <summary>The last stage of a search: the best candidates are read by a reranker, within a time. What it does not manage, changes nothing.</summary>
internal sealed class RerankStage(IReranker reranker, RetrievalOptions options, TimeProvider time)
{
    /// <summary>Name of the part of a score.</summary>
    public const string PartName = "rerank";

    // Twice what keywords and vectors give together: the order among what was read is the reranker's, but for near-ties.
    private const double Weight = 2;

    /// <summary>Scores the first candidates and puts them in order; they stay before those that were not read.</summary>
    /// <param name="snapshot">Where their texts are.</param>
    /// <param name="query">The query, as it was asked.</param>
    /// <param name="ranked">The candidates, best first.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>Why it was left out; null when it was done.</returns>
    public async ValueTask<Degradation?> ApplyAsync(ISearchSnapshot snapshot, string query, List<Candidate> ranked, CancellationToken cancellationToken)
    {
        var first = ranked.GetRange(0, Math.Min(options.RerankDepth, ranked.Count));
        var texts = await snapshot.ReadTextsAsync(CandidateDescriber.KeysOf(first), cancellationToken);
        var read = new List<Candidate>(first.Count);
        var passages = new List<RerankPassage>(first.Count);
        for (var i = 0; i < first.Count; i++)
        {
            if (texts[i] is { } text)
            {
                read.Add(first[i]);
                passages.Add(ToPassage(first[i].Stored, text));
            }
        }

        if (read.Count < 2)
        {
            return null;
        }

        var (scores, degradation) = await ScoreAsync(query, passages, cancellationToken);
        if (scores is null)
        {
            return degradation;
        }

        AddParts(read, scores);
        ranked.Sort(Candidate.Compare);
        return null;
    }

    private async Task<(IReadOnlyList<double>? Scores, Degradation? Degradation)> ScoreAsync(string query, List<RerankPassage> passages, CancellationToken cancellationToken)
    {
        using var budget = new CancellationTokenSource(options.RerankTimeout, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
        try
        {
            // The wait ends in time even if the reranker does not hear that it should.
            var scores = await AskAsync(query, passages, stop.Token).WaitAsync(stop.Token);
            return scores.Count == passages.Count && scores.All(double.IsFinite)
                ? (scores, null)
                : (null, Failure(ProviderException.CodeOf(ProviderFailure.Protocol), $"'{reranker.Model}' gave {scores.Count} scores for {passages.Count} passages, or some that are no numbers."));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Failure(Degradation.RerankTooLate, string.Create(CultureInfo.InvariantCulture, $"'{reranker.Model}' was not done within {options.RerankTimeout.TotalSeconds:0.##} s.")));
        }
        catch (SynapseException error)
        {
            return (null, Failure(error.Code, error.Message));
        }

        static Degradation Failure(string code, string reason) => new(DegradedStage.Reranking, [], code, reason);
    }

    private async Task<IReadOnlyList<double>> AskAsync(string query, List<RerankPassage> passages, CancellationToken cancellationToken)
    {
        using var activity = EgressActivity.Begin(EgressPurpose.Reranking, [.. passages.Select(passage => passage.Document).Distinct()]);
        return await reranker.ScoreAsync(query, passages, cancellationToken);
    }

    // Scales differ: logits, probabilities, and what a vendor makes of them. Among the passages of one query, only their distances count.
    private static void AddParts(List<Candidate> read, IReadOnlyList<double> scores)
    {
        var (lowest, highest) = (scores.Min(), scores.Max());
        for (var i = 0; i < read.Count && highest > lowest; i++)
        {
            read[i].Add(PartName, Weight * (scores[i] - lowest) / (highest - lowest));
        }
    }

    private static RerankPassage ToPassage(StoredChunk stored, string text)
        => new(new EgressDocument(stored.CollectionId, stored.SourceId, stored.Path), (stored.Chunk.Heading is { } heading ? $"{heading}\n{text}" : text).AsMemory());
}
