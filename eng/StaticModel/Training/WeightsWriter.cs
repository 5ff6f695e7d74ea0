using System.Runtime.InteropServices;
using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Training;

/// <summary>Writes trained rows as the weights file that the runtime reads.</summary>
internal static unsafe class WeightsWriter
{
    private const int Dim = StaticWeights.Dimensions;

    public static void Write(string path, PreparedCorpus corpus, TokenTable table, TrainingOptions options, float* rows, float codeScale)
    {
        var words = table.WordIds.Select((id, row) => (Hash: TokenHash.Of(corpus.Tokens[id]), Id: id, Row: row)).OrderBy(static w => w.Hash).ToArray();
        var prefixes = new uint[(1 << StaticWeights.PrefixBits) + 1];
        foreach (var word in words)
        {
            prefixes[(word.Hash >> (64 - StaticWeights.PrefixBits)) + 1]++;
        }

        for (var i = 1; i < prefixes.Length; i++)
        {
            prefixes[i] += prefixes[i - 1];
        }

        var rowCount = words.Length + options.Buckets;
        var scales = new Half[rowCount];
        var codes = new byte[rowCount * StaticWeights.RowBytes];
        var vector = new float[Dim];
        for (var i = 0; i < rowCount; i++)
        {
            Copy(rows, i < words.Length ? words[i].Row : i, vector);
            if (i < words.Length)
            {
                foreach (var gram in table.Grams(words[i].Id))
                {
                    AddRow(rows, gram, vector);
                }
            }

            scales[i] = (Half)Quantise(vector, codes.AsSpan(i * StaticWeights.RowBytes, StaticWeights.RowBytes));
        }

        using var stream = File.Create(path);
        Span<byte> header = stackalloc byte[StaticWeights.HeaderBytes];
        StaticWeights.WriteHeader(header, words.Length, options.Buckets, codeScale, (float)options.RepeatExponent, options.Version);
        stream.Write(header);
        stream.Write(MemoryMarshal.AsBytes<uint>(prefixes));
        stream.Write(MemoryMarshal.AsBytes<uint>(words.Select(static w => (uint)(w.Hash >> (32 - StaticWeights.PrefixBits))).ToArray()));
        stream.Write(MemoryMarshal.AsBytes<Half>(scales));
        stream.Write(codes);
        Console.WriteLine($"{path}: {stream.Length} bytes");
    }

    /// <summary>Codes a row in 4 bits a dimension with the scale of least squared error.</summary>
    internal static float Quantise(ReadOnlySpan<float> vector, Span<byte> codes)
    {
        var largest = 0f;
        foreach (var x in vector)
        {
            largest = MathF.Max(largest, MathF.Abs(x));
        }

        if (largest == 0)
        {
            codes.Fill(0x77);
            return 0;
        }

        float best = 0, bestError = float.MaxValue;
        for (var share = 0.45f; share <= 1.01f; share += 0.05f)
        {
            var scale = (float)(Half)(largest * share / 7.5f);
            var error = 0f;
            foreach (var x in vector)
            {
                var difference = x - ((Code(x, scale) - 7.5f) * scale);
                error += difference * difference;
            }

            if (error < bestError)
            {
                bestError = error;
                best = scale;
            }
        }

        for (var b = 0; b < StaticWeights.RowBytes; b++)
        {
            var low = (32 * (b / 16)) + (b % 16);
            codes[b] = (byte)(Code(vector[low], best) | (Code(vector[low + 16], best) << 4));
        }

        return best;
    }

    private static int Code(float x, float scale) => scale == 0 ? 7 : Math.Clamp((int)MathF.Floor((x / scale) + 8), 0, 15);

    private static void Copy(float* rows, int row, Span<float> to) => new ReadOnlySpan<float>(rows + ((long)row * Dim), Dim).CopyTo(to);

    private static void AddRow(float* rows, int row, float[] to)
    {
        for (var k = 0; k < Dim; k++)
        {
            to[k] += rows[((long)row * Dim) + k];
        }
    }
}
