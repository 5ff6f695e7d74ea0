using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Training;

/// <summary>The rows and codes of the texts of one batch, by text and, after <see cref="Invert"/>, by row. Texts: queries first, then passages.</summary>
internal sealed class BatchEntries(int pairCount, int rowCount)
{
    private readonly int[] start = new int[(2 * pairCount) + 1];
    private readonly int[] codeStart = new int[(2 * pairCount) + 1];
    private readonly List<int> rows = [];
    private readonly List<float> weights = [];
    private readonly List<(ulong Hash, float Weight)> codes = [];
    private readonly int[] rowStart = new int[rowCount + 1];
    private readonly List<int> touched = [];
    private int[] texts = [];
    private float[] textWeights = [];

    public int PairCount { get; } = pairCount;

    public IReadOnlyList<int> Touched => touched;

    public ReadOnlySpan<int> RowsOf(int text) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows)[start[text]..start[text + 1]];

    public ReadOnlySpan<float> WeightsOf(int text) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(weights)[start[text]..start[text + 1]];

    public ReadOnlySpan<(ulong Hash, float Weight)> CodesOf(int text) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(codes)[codeStart[text]..codeStart[text + 1]];

    /// <param name="corpus">Holds the texts.</param>
    /// <param name="table">Rows of tokens.</param>
    /// <param name="pairs">The pairs of the batch.</param>
    /// <param name="repeatWeight">Weight of a token by its count.</param>
    /// <param name="options">For the word dropout.</param>
    /// <param name="step">Seeds the dropout; negative for none.</param>
    public void Fill(PreparedCorpus corpus, TokenTable table, ReadOnlySpan<int> pairs, float[] repeatWeight, TrainingOptions options, int step)
    {
        rows.Clear();
        weights.Clear();
        codes.Clear();
        var random = new Random(options.Seed ^ (step * 7919));
        for (var side = 0; side < 2; side++)
        {
            for (var i = 0; i < PairCount; i++)
            {
                var text = (side * PairCount) + i;
                var from = corpus.Start[(2 * pairs[i]) + side];
                var to = corpus.Start[(2 * pairs[i]) + side + 1];
                for (var e = from; e < to; e++)
                {
                    var entry = corpus.Entries[e];
                    var id = (int)(entry & PreparedCorpus.IdMask);
                    var weight = repeatWeight[entry >> PreparedCorpus.CountShift];
                    var row = table.RowOf[id];
                    var grams = table.Grams(id);
                    var known = row >= 0 && (grams.Length == 0 || step < 0 || random.NextDouble() >= options.WordDropout);
                    if (known)
                    {
                        rows.Add(row);
                        weights.Add(weight);
                    }
                    else
                    {
                        codes.Add((TokenHash.Of(corpus.Tokens[id]), weight));
                    }

                    foreach (var gram in grams)
                    {
                        rows.Add(gram);
                        weights.Add(weight);
                    }
                }

                start[text + 1] = rows.Count;
                codeStart[text + 1] = codes.Count;
            }
        }
    }

    /// <summary>Sorts the entries by row.</summary>
    public void Invert()
    {
        Array.Clear(rowStart);
        foreach (var row in rows)
        {
            rowStart[row + 1]++;
        }

        touched.Clear();
        for (var row = 0; row < rowCount; row++)
        {
            if (rowStart[row + 1] > 0)
            {
                touched.Add(row);
            }

            rowStart[row + 1] += rowStart[row];
        }

        if (texts.Length < rows.Count)
        {
            texts = new int[rows.Count * 3 / 2];
            textWeights = new float[rows.Count * 3 / 2];
        }

        for (var text = (2 * PairCount) - 1; text >= 0; text--)
        {
            for (var e = start[text + 1] - 1; e >= start[text]; e--)
            {
                var at = --rowStart[rows[e] + 1];
                texts[at] = text;
                textWeights[at] = weights[e];
            }
        }

        // Each start now lies one place to the right of its row: rowStart[row + 1] is where row begins.
    }

    public ReadOnlySpan<int> TextsOf(int row, out ReadOnlySpan<float> textWeight)
    {
        var from = rowStart[row + 1];
        var to = row + 2 <= rowCount ? rowStart[row + 2] : rows.Count;
        textWeight = textWeights.AsSpan(from, to - from);
        return texts.AsSpan(from, to - from);
    }

    /// <summary>Part of the touched rows such that all parts have about the same number of entries.</summary>
    public (int From, int To) TouchedPart(int part, int parts) => (Border(part, parts), Border(part + 1, parts));

    private int Border(int part, int parts)
    {
        var target = (int)((long)rows.Count * part / parts);
        int low = 0, high = touched.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (rowStart[touched[middle] + 1] < target)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return part == parts ? touched.Count : low;
    }
}
