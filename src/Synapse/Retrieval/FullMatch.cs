using Synapse.Storage;

namespace Synapse.Retrieval;

/// <summary>What the keyword score of a chunk would be that says all of the query: the measure of how good the best match of a view is.</summary>
internal static class FullMatch
{
    /// <summary>The BM25 score of a chunk of average length that holds each term once: Σ weight · idf, since <see cref="Bm25.TermSaturation"/> is 1 there.</summary>
    /// <remarks>Terms that no chunk has count too, and most of all: they are what the best match lacks.</remarks>
    public static async ValueTask<double> ScoreAsync(ISearchSnapshot snapshot, IReadOnlyList<QueryTerm> terms, CancellationToken cancellationToken)
    {
        var texts = new string[terms.Count];
        for (var i = 0; i < texts.Length; i++)
        {
            texts[i] = terms[i].Text;
        }

        var frequencies = await snapshot.GetDocumentFrequenciesAsync(texts, cancellationToken);
        var score = 0.0;
        for (var i = 0; i < texts.Length; i++)
        {
            score += terms[i].Weight * Bm25.InverseDocumentFrequency(snapshot.ChunkCount, frequencies[i]);
        }

        return score;
    }
}
