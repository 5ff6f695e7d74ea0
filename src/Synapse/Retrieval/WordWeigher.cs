using Synapse.Retrieval.Analysis;
using Synapse.Retrieval.Intent;
using Synapse.Retrieval.Ranking;
using Synapse.Storage;

namespace Synapse.Retrieval;

/// <summary>Weighs the words of a query by how rare they are in what is searched.</summary>
internal static class WordWeigher
{
    // In a handful of chunks no word is rare, and one that is missing by chance would weigh more than all the others.
    private const long SmallCollection = 1_000;

    /// <summary>Weighs the words.</summary>
    public static async ValueTask<WeightedWords> WeighAsync(ISearchSnapshot snapshot, TextAnalyzer analyzer, QueryIntent intent, CancellationToken cancellationToken)
    {
        var terms = new string[intent.Words.Count];
        for (var i = 0; i < terms.Length; i++)
        {
            var analyzed = analyzer.AnalyzeQuery(intent.Words[i]);
            terms[i] = analyzed.Count > 0 ? analyzed[0].Text : intent.Words[i];
        }

        var frequencies = await snapshot.GetDocumentFrequenciesAsync(terms, cancellationToken);
        var weights = new double[terms.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Bm25.InverseDocumentFrequency(Math.Max(snapshot.ChunkCount, SmallCollection), frequencies[i]);
        }

        return new WeightedWords(intent.Words, weights);
    }
}
