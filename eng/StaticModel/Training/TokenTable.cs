using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Training;

/// <summary>Which tokens get a row of their own, and the n-gram buckets of those that are composed.</summary>
internal sealed class TokenTable
{
    private readonly int[] gramStart;
    private readonly int[] grams;

    public TokenTable(PreparedCorpus corpus, TrainingOptions options)
    {
        var ids = Enumerable.Range(0, corpus.Tokens.Length)
            .Where(id => corpus.Frequency[id] >= 4 && !IsNoise(corpus.Tokens[id]))
            .OrderByDescending(id => corpus.Frequency[id] + (4L * corpus.GroupFrequency[id]))
            .ThenBy(id => corpus.Tokens[id], StringComparer.Ordinal)
            .Take(options.Words)
            .ToArray();
        WordCount = ids.Length;
        WordIds = ids;
        RowOf = new int[corpus.Tokens.Length];
        Array.Fill(RowOf, -1);
        for (var row = 0; row < ids.Length; row++)
        {
            RowOf[ids[row]] = row;
        }

        gramStart = new int[corpus.Tokens.Length + 1];
        var all = new List<int>(corpus.Tokens.Length * 6);
        Span<int> buffer = stackalloc int[TokenHash.MaxGrams];
        for (var id = 0; id < corpus.Tokens.Length; id++)
        {
            if (RowOf[id] < 0 || RowOf[id] >= options.ComposedFromRank)
            {
                var count = TokenHash.Grams(corpus.Tokens[id], (uint)options.Buckets, buffer);
                for (var i = 0; i < count; i++)
                {
                    all.Add(WordCount + buffer[i]);
                }
            }

            gramStart[id + 1] = all.Count;
        }

        grams = [.. all];
    }

    public int WordCount { get; }

    /// <summary>Token id of every row.</summary>
    public int[] WordIds { get; }

    /// <summary>Row of every token id, or -1.</summary>
    public int[] RowOf { get; }

    /// <summary>Rows of the token's n-grams; empty for a frequent word.</summary>
    public ReadOnlySpan<int> Grams(int id) => grams.AsSpan(gramStart[id]..gramStart[id + 1]);

    private static bool IsNoise(string token) => token.Length > 5 && char.IsAsciiDigit(token[0]) || token.Length > 28;
}
