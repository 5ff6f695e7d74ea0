using Synapse.Answering.Sentences;
using Synapse.Embedding;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;
using Synapse.Retrieval.Intent;

namespace Synapse.Answering;

/// <summary>Chooses the few units of the passages that answer best.</summary>
internal sealed class QuoteSelector(IEmbedder embedder, AnswerSettings settings)
{
    private const double CoverageShare = 0.55;
    private const double SimilarityShare = 0.3;
    private const double RankShare = 0.15;
    private const int ShortestSentence = 25;

    /// <summary>Chooses the units, most useful first.</summary>
    /// <returns>Units that differ in their words; more than an answer takes, since a quote may fail its check.</returns>
    public async ValueTask<List<QuotableUnit>> ChooseAsync(string question, SearchResult result, CancellationToken cancellationToken)
    {
        var units = CollectUnits(result);
        units.Sort((left, right) => Compare(left, right, unit => unit.Coverage - 0.02 * unit.Rank));
        if (units.Count > settings.ComparedSentences)
        {
            units.RemoveRange(settings.ComparedSentences, units.Count - settings.ComparedSentences);
        }

        await CompareMeaningAsync(question, units, cancellationToken);
        foreach (var unit in units)
        {
            unit.Score = CoverageShare * unit.Coverage + SimilarityShare * unit.Similarity + RankShare / (1 + unit.Rank);
        }

        units.Sort((left, right) => Compare(left, right, unit => unit.Score));
        return WithoutRepeats(units);
    }

    private List<QuotableUnit> CollectUnits(SearchResult result)
    {
        var collected = new List<QuotableUnit>();
        for (var rank = 0; rank < Math.Min(settings.Passages, result.Hits.Count); rank++)
        {
            var hit = result.Hits[rank];
            var units = hit.Chunk.Chunk.Kind == ChunkKind.Prose ? ProseUnits.Split(hit.Text) : CodeUnits.Split(hit.Text);
            foreach (var unit in units)
            {
                if (unit.Kind == TextUnitKind.Heading || (unit.Kind == TextUnitKind.Sentence && unit.Length < ShortestSentence && units.Count > 1))
                {
                    continue;
                }

                var words = NameWords.Of(hit.Text.AsSpan(unit.Start, unit.Length));
                if (words.Count > 0)
                {
                    collected.Add(new QuotableUnit(hit, rank, unit, words, result.Words.Coverage(words)));
                }
            }
        }

        return collected;
    }

    private async ValueTask CompareMeaningAsync(string question, List<QuotableUnit> units, CancellationToken cancellationToken)
    {
        if (units.Count == 0)
        {
            return;
        }

        var dimensions = (await embedder.GetSpaceAsync(cancellationToken)).Dimensions;
        var asked = await embedder.EmbedQueryAsync(question, cancellationToken);
        var texts = units.ConvertAll(unit => unit.Hit.Text.AsMemory(unit.Unit.Start, unit.Unit.Length));
        var embeddings = new float[units.Count * dimensions];
        await embedder.EmbedPassagesAsync(texts, embeddings, cancellationToken);
        for (var i = 0; i < units.Count; i++)
        {
            units[i].Similarity = Math.Max(0, System.Numerics.Tensors.TensorPrimitives.Dot(asked, embeddings.AsSpan(i * dimensions, dimensions)));
        }
    }

    private List<QuotableUnit> WithoutRepeats(List<QuotableUnit> units)
    {
        var chosen = new List<QuotableUnit>();
        foreach (var unit in units)
        {
            if (!chosen.Exists(other => Overlap(unit, other) > settings.Redundancy))
            {
                chosen.Add(unit);
            }
        }

        return chosen;
    }

    /// <summary>The share of the smaller unit's telling words that the other has too.</summary>
    private static double Overlap(QuotableUnit left, QuotableUnit right)
    {
        var leftWords = left.Words.Where(word => !StopWords.Contains(word)).ToHashSet();
        var rightWords = right.Words.Where(word => !StopWords.Contains(word)).ToHashSet();
        var smaller = Math.Min(leftWords.Count, rightWords.Count);
        leftWords.IntersectWith(rightWords);
        return smaller == 0 ? 1 : (double)leftWords.Count / smaller;
    }

    private static int Compare(QuotableUnit left, QuotableUnit right, Func<QuotableUnit, double> worth)
    {
        var byWorth = worth(right).CompareTo(worth(left));
        if (byWorth != 0)
        {
            return byWorth;
        }

        return left.Rank != right.Rank ? left.Rank.CompareTo(right.Rank) : left.Unit.Start.CompareTo(right.Unit.Start);
    }
}
