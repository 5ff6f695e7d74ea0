using System.Globalization;
using Synapse.Ingestion.Chunking;
using Synapse.Retrieval;
using Synapse.Retrieval.Analysis;

namespace Synapse.Bench;

/// <summary>BM25 alone over the terms of the analyser, one chunk per document: how good are the terms?</summary>
internal static class LexicalQuality
{
    public static void Run(string folder, string judgements, double k1, double b)
    {
        var set = JudgedSet.Read(folder, judgements);
        var analyzer = new TextAnalyzer();
        var postings = new Dictionary<string, List<(int Document, int Frequency)>>();
        var lengths = new int[set.Documents.Count];
        for (var d = 0; d < set.Documents.Count; d++)
        {
            var document = set.Documents[d];
            var text = document.Title.Length == 0 || document.Text.StartsWith(document.Title, StringComparison.Ordinal) ? document.Text : document.Title + "\n" + document.Text;
            var terms = analyzer.AnalyzeChunk(text, new Chunk(0, 0, text.Length, 1, 1, ChunkKind.Prose, null, null, false), "");
            lengths[d] = terms.Length;
            var termTexts = terms.ToTexts();
            for (var i = 0; i < termTexts.Length; i++)
            {
                if (!postings.TryGetValue(termTexts[i], out var list))
                {
                    postings.Add(termTexts[i], list = []);
                }

                list.Add((d, terms.Frequencies[i]));
            }
        }

        var average = lengths.Average();
        var total = 0.0;
        foreach (var query in set.Judgements.Keys)
        {
            var scores = new double[lengths.Length];
            foreach (var term in analyzer.AnalyzeQuery(set.Queries[query]))
            {
                if (postings.TryGetValue(term.Text, out var list))
                {
                    var weight = term.Weight * Bm25.InverseDocumentFrequency(lengths.Length, list.Count);
                    foreach (var (document, frequency) in list)
                    {
                        scores[document] += weight * frequency * (k1 + 1) / (frequency + k1 * (1 - b + b * lengths[document] / average));
                    }
                }
            }

            var found = Enumerable.Range(0, scores.Length).Where(d => scores[d] > 0).OrderByDescending(d => scores[d]).Take(10);
            total += set.Ndcg(query, [.. found.Select(d => set.Documents[d].Id)]);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{Path.GetFileName(folder)}/{judgements} k1={k1} b={b}: NDCG@10 {total / set.Judgements.Count:F4} ({set.Judgements.Count} queries, {postings.Count} terms, average length {average:F1})"));
    }
}
