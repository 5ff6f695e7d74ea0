using System.Runtime.InteropServices;
using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Scoring;

/// <summary>A plain BM25 over the static model's own tokens, for comparison: Lucene's formula, k1 1.2, b 0.75, no stop words.</summary>
internal sealed class Bm25
{
    private const float K1 = 1.2f;
    private const float B = 0.75f;

    private readonly Dictionary<ulong, List<(int Document, int Count)>> postings = [];
    private readonly List<int> lengths = [];

    public void Add(string document)
    {
        var number = lengths.Count;
        var length = 0;
        foreach (var hash in Tokens(document))
        {
            length++;
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(postings, hash, out _);
            list ??= [];
            if (list.Count > 0 && list[^1].Document == number)
            {
                list[^1] = (number, list[^1].Count + 1);
            }
            else
            {
                list.Add((number, 1));
            }
        }

        lengths.Add(length);
    }

    public float[] Score(string query)
    {
        var scores = new float[lengths.Count];
        var average = (float)lengths.Average();
        foreach (var hash in Tokens(query))
        {
            if (!postings.TryGetValue(hash, out var list))
            {
                continue;
            }

            var idf = MathF.Log(1 + ((lengths.Count - list.Count + 0.5f) / (list.Count + 0.5f)));
            foreach (var (document, count) in list)
            {
                scores[document] += idf * count / (count + (K1 * (1 - B + (B * lengths[document] / average))));
            }
        }

        return scores;
    }

    private static List<ulong> Tokens(string text)
    {
        var tokens = new List<ulong>();
        Span<char> buffer = stackalloc char[TokenScanner.MaxTokenChars];
        var scanner = new TokenScanner(text, buffer);
        while (scanner.MoveNext())
        {
            tokens.Add(scanner.Hash);
        }

        return tokens;
    }
}
