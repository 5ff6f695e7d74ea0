using System.Numerics.Tensors;
using Synapse.Answering.Generation;
using Synapse.Embedding;
using Synapse.Retrieval.Analysis;

namespace Synapse.Answering.Verification;

/// <summary>Where a sentence is supported.</summary>
/// <param name="Spans">The spans that hold what it says, best first; empty when there is none.</param>
/// <param name="IsNamed">Whether they lie in passages that the model named.</param>
/// <param name="Reason">Why there is none, for a person; null when there is one.</param>
internal sealed record Support(IReadOnlyList<SupportSpan> Spans, bool IsNamed, string? Reason);

/// <summary>Finds the span of the passages that holds what a sentence says.</summary>
/// <param name="passages">The passages that the model was given.</param>
/// <param name="analyzer">Splits texts into words.</param>
/// <param name="embedder">Compares meanings; one in this process.</param>
/// <param name="settings">Thresholds.</param>
internal sealed class SupportFinder(IReadOnlyList<Passage> passages, TextAnalyzer analyzer, IEmbedder embedder, SupportSettings settings)
{
    private const int FewestWords = 2;
    private const string NoPassageSaysIt = "No passage of this question says this.";
    private readonly PassageIndex _index = new(passages, analyzer);

    /// <summary>Looks a sentence up: in the passages that it names, then in all others.</summary>
    /// <param name="claim">The sentence.</param>
    /// <param name="named">Numbers of the passages that it names.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async ValueTask<Support> FindAsync(Claim claim, IReadOnlyList<int> named, CancellationToken cancellationToken)
    {
        var look = new Look(claim, _index.Match(claim.Text));
        if (look.Weights.Length == 0)
        {
            return new Support([], false, NoPassageSaysIt);
        }

        var embedding = await embedder.EmbedQueryAsync(claim.Text, cancellationToken);
        var cited = _index.Passages.Where(passage => named.Contains(passage.Passage.Number)).ToList();
        var spans = new List<(SupportSpan Span, double Score)>();
        foreach (var passage in cited)
        {
            if (await BestAsync(passage, look, embedding, settings.Threshold, cancellationToken) is { } best)
            {
                spans.Add(best);
            }
        }

        if (spans.Count == 0 && cited.Count > 1 && await TogetherAsync(cited, look, embedding, cancellationToken) is { Count: > 0 } together)
        {
            return new Support(together, IsNamed: true, null);
        }

        if (spans.Count > 0)
        {
            return new Support([.. spans.OrderByDescending(span => span.Score).Select(span => span.Span)], IsNamed: true, null);
        }

        foreach (var passage in _index.Passages.Except(cited))
        {
            if (await BestAsync(passage, look, embedding, settings.OtherThreshold, cancellationToken) is { } best)
            {
                spans.Add(best);
            }
        }

        return spans.Count > 0
            ? new Support([spans.MaxBy(span => span.Score).Span], IsNamed: false, null)
            : new Support([], false, look.Fault ?? (FindUnknownFacts(claim).FirstOrDefault() is { } unknown ? $"No passage of this question holds \"{unknown}\"." : NoPassageSaysIt));
    }

    /// <summary>The numbers, names and identifiers of a claim that stand in no passage at all.</summary>
    public IEnumerable<string> FindUnknownFacts(Claim claim)
    {
        var numbers = _index.Passages.SelectMany(passage => Facts.NumbersOf($"{passage.Passage.Text}\n{passage.Passage.Surroundings}")).ToHashSet();
        return claim.Facts.Numbers.Where(number => !number.Readings.Any(numbers.Contains)).Select(number => number.Written)
            .Concat(claim.Facts.Identifiers.Where(name => !_index.Passages.Any(passage => FactCheck.HasIdentifier(passage.Passage, name))))
            .Concat(claim.Facts.Names.Where(name => !_index.Passages.Any(passage => FactCheck.HasName(passage, name))));
    }

    private async ValueTask<(SupportSpan Span, double Score)?> BestAsync(
        IndexedPassage passage, Look look, float[] embedding, double threshold, CancellationToken cancellationToken)
    {
        var scored = (await ScoreAsync(passage, look, embedding, cancellationToken)).FindAll(span => span.Score >= threshold);

        // A longer span around one that says the opposite only hides that.
        var opposed = scored.FindAll(span => FactCheck.Contradicts(look.Claim, span.Span));
        foreach (var (span, score) in scored)
        {
            if (opposed.Exists(other => other.Span.Start >= span.Start && other.Span.End <= span.End && other.Span.SentenceCount < span.SentenceCount))
            {
                continue;
            }

            if (FactCheck.FindFault(look.Claim, span) is { } fault)
            {
                look.Fault ??= fault;
            }
            else
            {
                return (FactCheck.NarrowToQuote(look.Claim, span), score);
            }
        }

        return null;
    }

    // A sentence that puts together what two passages say rests on both.
    private async ValueTask<List<SupportSpan>> TogetherAsync(List<IndexedPassage> cited, Look look, float[] embedding, CancellationToken cancellationToken)
    {
        var chosen = new List<SupportSpan>();
        var mask = 0UL;
        foreach (var passage in cited)
        {
            var scored = await ScoreAsync(passage, look, embedding, cancellationToken);
            if (scored.Count > 0 && (scored[0].Span.WordMask & ~mask) != 0)
            {
                chosen.Add(scored[0].Span);
                mask |= scored[0].Span.WordMask;
            }
        }

        var texts = chosen.ConvertAll(span => span.Text.AsMemory());
        if (chosen.Count < 2)
        {
            return [];
        }

        var similarity = (await CompareAsync([string.Join(' ', texts).AsMemory()], embedding, cancellationToken))[0];
        var coverage = PassageIndex.Weigh(mask, look.Weights) / look.Weights.Sum();
        return Blend(coverage, similarity) >= settings.Threshold && FactCheck.FindFault(look.Claim, chosen) is null ? chosen : [];
    }

    private async ValueTask<List<(SupportSpan Span, double Score)>> ScoreAsync(IndexedPassage passage, Look look, float[] embedding, CancellationToken cancellationToken)
    {
        var masks = passage.UnitWords.Select(words => PassageIndex.MaskOf(words, look.Masks)).ToArray();
        var around = PassageIndex.MaskOf(passage.SurroundingWords, look.Masks);
        var all = masks.Aggregate(0UL, (union, mask) => union | mask);
        var spans = new List<(SupportSpan Span, double Coverage)>();
        for (var first = 0; first < masks.Length; first++)
        {
            var mask = 0UL;
            for (var count = 1; count <= settings.MaxSentences && first + count <= masks.Length; count++)
            {
                mask |= masks[first + count - 1];
                if (System.Numerics.BitOperations.PopCount(mask) >= Math.Min(FewestWords, look.Weights.Length))
                {
                    var span = new SupportSpan(passage, passage.Units[first].Start, passage.Units[first + count - 1].End, count, mask);
                    spans.Add((span, Cover(mask, around, all, look.Weights) - settings.LengthCost * (count - 1)));
                }
            }
        }

        var best = spans.OrderByDescending(span => span.Coverage).ThenBy(span => span.Span.Start).Take(settings.ComparedSpans).ToList();
        var similarities = await CompareAsync(best.ConvertAll(span => span.Span.Text.AsMemory()), embedding, cancellationToken);
        return [.. best.Select((span, index) => (span.Span, Score: Blend(span.Coverage, similarities[index]) + (FactCheck.HoldsQuote(look.Claim, span.Span) ? settings.QuoteGain : 0))).OrderByDescending(span => span.Score)];
    }

    private double Blend(double coverage, double similarity) => settings.WordShare * coverage + (1 - settings.WordShare) * similarity;

    private double Cover(ulong inside, ulong around, ulong anywhere, double[] weights)
    {
        var covered = PassageIndex.Weigh(inside, weights)
            + settings.SurroundingsShare * PassageIndex.Weigh(around & ~inside, weights)
            + settings.ElsewhereShare * PassageIndex.Weigh(anywhere & ~inside & ~around, weights);
        return covered / weights.Sum();
    }

    private async ValueTask<float[]> CompareAsync(List<ReadOnlyMemory<char>> texts, float[] embedding, CancellationToken cancellationToken)
    {
        var embeddings = new float[texts.Count * embedding.Length];
        await embedder.EmbedPassagesAsync(texts, embeddings, cancellationToken);
        var similarities = new float[texts.Count];
        for (var i = 0; i < similarities.Length; i++)
        {
            similarities[i] = Math.Max(0, TensorPrimitives.Dot(embedding, embeddings.AsSpan(i * embedding.Length, embedding.Length)));
        }

        return similarities;
    }

    private sealed class Look(Claim claim, (double[] Weights, ulong[] Masks) match)
    {
        public Claim Claim { get; } = claim;

        public double[] Weights { get; } = match.Weights;

        public ulong[] Masks { get; } = match.Masks;

        /// <summary>Why the best span that speaks of the same does not support the claim.</summary>
        public string? Fault { get; set; }
    }
}
