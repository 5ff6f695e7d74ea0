using Synapse.Sqlite.Vectors;

namespace Synapse.Sqlite.Tests.Vectors;

/// <summary>The arithmetic on vectors, at the sizes that models have.</summary>
public sealed class DimensionTests
{
    private const int Rows = 2_000;

    public static TheoryData<int> SizesOfModels => [256, 384, 768, 1_024, 1_536, 3_072, 4_096];

    public static TheoryData<int> Sizes => [4, 256, 384, 768, 1_024, 1_536, 3_072, 4_096];

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Cosine_is_true_within_the_rounding_of_eight_bits(int dimensions)
    {
        var random = new Random(dimensions);
        var vectors = Enumerable.Range(0, 50).Select(_ => Unit(random, dimensions)).ToArray();
        var rows = RowsOf(vectors, dimensions);
        foreach (var query in vectors.Take(5))
        {
            var stored = new QueryVector(query);
            for (var row = 0; row < vectors.Length; row++)
            {
                Assert.Equal(vectors[row].Zip(query, (a, b) => (double)a * b).Sum(), stored.Cosine(rows, row), 0.01);
            }
        }
    }

    // The worst case of the sum: every product is as large as it can be.
    [Theory]
    [MemberData(nameof(Sizes))]
    public void Cosine_does_not_overflow_where_all_numbers_are_alike(int dimensions)
    {
        var flat = Enumerable.Repeat(1 / MathF.Sqrt(dimensions), dimensions).ToArray();
        var rows = RowsOf([flat, [.. flat.Select(value => -value)]], dimensions);
        var query = new QueryVector(flat);
        Assert.Equal(1, query.Cosine(rows, 0), 0.001);
        Assert.Equal(-1, query.Cosine(rows, 1), 0.001);
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Guesses_are_the_sums_of_the_tables_without_overflow(int dimensions)
    {
        Assert.SkipUnless(SignCodes.IsSupported, "This processor computes no guesses.");
        Assert.True(dimensions <= SignCodes.MostDimensions);
        var random = new Random(dimensions);
        float[][] vectors = [.. Enumerable.Range(0, 150).Select(_ => Unit(random, dimensions)), [.. Enumerable.Repeat(0.1f, dimensions)]];
        var rows = RowsOf(vectors, dimensions);
        foreach (var query in (float[][])[vectors[3], vectors[^1]])
        {
            var tables = SignCodes.MakeTables(query);
            var guesses = new ushort[SignCodes.BlocksOf(vectors.Length) * SignCodes.BlockRows];
            rows.Signs.Guess(tables, guesses);
            for (var row = 0; row < vectors.Length; row++)
            {
                Assert.Equal(SumOf(tables, rows.Values.AsSpan(row * dimensions, dimensions)), guesses[row]);
            }
        }
    }

    // Texts lie in groups: the nearest of a query are of its own group, and the signs must say so.
    [Theory]
    [MemberData(nameof(SizesOfModels))]
    public void Signs_put_the_nearest_among_the_sixteenth_that_is_compared(int dimensions)
    {
        Assert.SkipUnless(SignCodes.IsSupported, "This processor computes no guesses.");
        var random = new Random(dimensions);
        var centres = Enumerable.Range(0, 40).Select(_ => Unit(random, dimensions)).ToArray();
        var vectors = Enumerable.Range(0, Rows).Select(i => Near(centres[i % centres.Length], random)).ToArray();
        var rows = RowsOf(vectors, dimensions);
        var missed = 0;
        foreach (var centre in centres.Take(5))
        {
            var query = Near(centre, random);
            var guesses = new ushort[SignCodes.BlocksOf(Rows) * SignCodes.BlockRows];
            rows.Signs.Guess(SignCodes.MakeTables(query), guesses);
            var compared = Enumerable.Range(0, Rows).OrderByDescending(row => guesses[row]).Take(Rows / 16).ToHashSet();
            var exact = new QueryVector(query);
            missed += Enumerable.Range(0, Rows).OrderByDescending(row => exact.Cosine(rows, row)).Take(10).Count(row => !compared.Contains(row));
        }

        // Of 50.
        Assert.InRange(missed, 0, 1);
    }

    private static VectorRows RowsOf(float[][] vectors, int dimensions)
    {
        var rows = VectorRows.Allocate(vectors.Length, dimensions);
        for (var row = 0; row < vectors.Length; row++)
        {
            rows.Set(row, vectors[row]);
        }

        return rows;
    }

    private static int SumOf(byte[] tables, ReadOnlySpan<sbyte> row)
    {
        var sum = 0;
        for (var group = 0; group * 4 < row.Length; group++)
        {
            var code = 0;
            for (var i = 0; i < 4 && group * 4 + i < row.Length; i++)
            {
                code |= (row[group * 4 + i] > 0 ? 1 : 0) << i;
            }

            sum += tables[group * 16 + code];
        }

        return sum;
    }

    private static float[] Unit(Random random, int dimensions) => Scaled([.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() - 0.5f)]);

    // The noise is as long as the centre: neighbours have a cosine of about a half, as texts about one thing have.
    private static float[] Near(float[] centre, Random random)
    {
        var noise = Unit(random, centre.Length);
        return Scaled([.. centre.Zip(noise, (a, b) => a + b)]);
    }

    private static float[] Scaled(float[] vector)
    {
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return [.. vector.Select(value => value / length)];
    }
}
