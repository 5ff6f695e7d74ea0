using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Synapse.StaticModel.Training;

/// <summary>All dot products of two sets of vectors, and the gradient of symmetric InfoNCE over them.</summary>
internal sealed unsafe class Similarities(int count, int dimensions, int threads)
{
    private const int Panel = 32;
    private const int RowBlock = 8;

    private readonly float[] packed = GC.AllocateUninitializedArray<float>(count * dimensions, pinned: true);
    private readonly float[] matrix = GC.AllocateUninitializedArray<float>(count * count, pinned: true);
    private readonly float[][] columnSums = [.. Enumerable.Range(0, 16).Select(_ => new float[count])];
    private readonly float[] rowSums = new float[count];
    private readonly float[] columnSum = new float[count];
    private readonly List<(int Column, float Gradient)>[] rows = [.. Enumerable.Range(0, count).Select(static _ => new List<(int, float)>())];
    private readonly int[] columnStart = new int[count + 1];
    private (int Row, float Gradient)[] byColumn = new (int, float)[1 << 20];

    /// <summary>Computes the loss and its gradient by the vectors.</summary>
    /// <param name="queries">Unit vectors, one after the other.</param>
    /// <param name="passages">Unit vectors; passage i belongs to query i.</param>
    /// <param name="queryHash">Pairs with the same hash are no negatives of each other.</param>
    /// <param name="temperature">Divides the dot products.</param>
    /// <param name="floor">Smaller gradients are kept at random with the right mean.</param>
    /// <param name="seed">Of that chance.</param>
    /// <param name="queryGradient">Receives the gradient by the queries.</param>
    /// <param name="passageGradient">Receives the gradient by the passages.</param>
    public double Backward(float[] queries, float[] passages, uint[] queryHash, float temperature, float floor, uint seed, float[] queryGradient, float[] passageGradient)
    {
        Pack(passages);
        var options = new ParallelOptions { MaxDegreeOfParallelism = threads };
        Parallel.For(0, 16, options, part => Multiply(queries, part * count / 16, (part + 1) * count / 16));
        Parallel.For(0, 16, options, part => Exponentiate(part, temperature));
        columnSum.AsSpan().Clear();
        foreach (var partial in columnSums)
        {
            TensorPrimitives.Add(columnSum, partial, columnSum);
        }

        MaskTwins(queryHash);
        var loss = 0.0;
        for (var i = 0; i < count; i++)
        {
            var e = matrix[((long)i * count) + i];
            loss -= 0.5 * (Math.Log(e / rowSums[i]) + Math.Log(e / columnSum[i]));
        }

        for (var j = 0; j < count; j++)
        {
            columnSum[j] = 0.5f / columnSum[j];
        }

        Parallel.For(0, 64, options, part =>
        {
            for (var i = part * count / 64; i < (part + 1) * count / 64; i++)
            {
                SampleRow(i, floor, seed);
            }
        });
        Transpose();
        var scale = 1 / (temperature * count);
        Parallel.For(0, 64, options, part =>
        {
            for (var i = part * count / 64; i < (part + 1) * count / 64; i++)
            {
                Gather(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows[i]), passages, queryGradient.AsSpan(i * dimensions, dimensions), scale);
                Gather(byColumn.AsSpan(columnStart[i]..columnStart[i + 1]), queries, passageGradient.AsSpan(i * dimensions, dimensions), scale);
            }
        });
        return loss / count;
    }

    /// <summary>Rank of every query's own passage among all passages, from 1.</summary>
    public int[] Ranks(float[] queries, float[] passages)
    {
        Pack(passages);
        Parallel.For(0, 16, new ParallelOptions { MaxDegreeOfParallelism = threads }, part => Multiply(queries, part * count / 16, (part + 1) * count / 16));
        var ranks = new int[count];
        for (var i = 0; i < count; i++)
        {
            var row = matrix.AsSpan(i * count, count);
            var own = row[i];
            ranks[i] = 1;
            foreach (var other in row)
            {
                ranks[i] += other > own ? 1 : 0;
            }
        }

        return ranks;
    }

    private void Pack(float[] passages)
    {
        Parallel.For(0, count / Panel, new ParallelOptions { MaxDegreeOfParallelism = threads }, panel =>
        {
            fixed (float* source = passages, target = packed)
            {
                var to = target + ((long)panel * Panel * dimensions);
                for (var column = 0; column < Panel; column++)
                {
                    var from = source + ((long)((panel * Panel) + column) * dimensions);
                    for (var k = 0; k < dimensions; k++)
                    {
                        to[(k * Panel) + column] = from[k];
                    }
                }
            }
        });
    }

    private void Multiply(float[] queries, int first, int end)
    {
        fixed (float* q = queries, p = packed, m = matrix)
        {
            for (var panel = 0; panel < count / Panel; panel++)
            {
                for (var row = first; row < end; row += RowBlock)
                {
                    Kernel(q + ((long)row * dimensions), p + ((long)panel * Panel * dimensions), m + ((long)row * count) + (panel * Panel));
                }
            }
        }
    }

    private void Kernel(float* q, float* p, float* m)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        Vector512<float> e0 = default, e1 = default, f0 = default, f1 = default, g0 = default, g1 = default, h0 = default, h1 = default;
        float* q1 = q + dimensions, q2 = q1 + dimensions, q3 = q2 + dimensions, q4 = q3 + dimensions, q5 = q4 + dimensions, q6 = q5 + dimensions, q7 = q6 + dimensions;
        for (var k = 0; k < dimensions; k++)
        {
            var x = Vector512.Load(p);
            var y = Vector512.Load(p + 16);
            p += Panel;
            var v = Vector512.Create(q[k]);
            a0 = Vector512.FusedMultiplyAdd(v, x, a0);
            a1 = Vector512.FusedMultiplyAdd(v, y, a1);
            v = Vector512.Create(q1[k]);
            b0 = Vector512.FusedMultiplyAdd(v, x, b0);
            b1 = Vector512.FusedMultiplyAdd(v, y, b1);
            v = Vector512.Create(q2[k]);
            c0 = Vector512.FusedMultiplyAdd(v, x, c0);
            c1 = Vector512.FusedMultiplyAdd(v, y, c1);
            v = Vector512.Create(q3[k]);
            d0 = Vector512.FusedMultiplyAdd(v, x, d0);
            d1 = Vector512.FusedMultiplyAdd(v, y, d1);
            v = Vector512.Create(q4[k]);
            e0 = Vector512.FusedMultiplyAdd(v, x, e0);
            e1 = Vector512.FusedMultiplyAdd(v, y, e1);
            v = Vector512.Create(q5[k]);
            f0 = Vector512.FusedMultiplyAdd(v, x, f0);
            f1 = Vector512.FusedMultiplyAdd(v, y, f1);
            v = Vector512.Create(q6[k]);
            g0 = Vector512.FusedMultiplyAdd(v, x, g0);
            g1 = Vector512.FusedMultiplyAdd(v, y, g1);
            v = Vector512.Create(q7[k]);
            h0 = Vector512.FusedMultiplyAdd(v, x, h0);
            h1 = Vector512.FusedMultiplyAdd(v, y, h1);
        }

        Store(m, a0, a1);
        Store(m + count, b0, b1);
        Store(m + (2L * count), c0, c1);
        Store(m + (3L * count), d0, d1);
        Store(m + (4L * count), e0, e1);
        Store(m + (5L * count), f0, f1);
        Store(m + (6L * count), g0, g1);
        Store(m + (7L * count), h0, h1);
    }

    private static void Store(float* to, Vector512<float> first, Vector512<float> second)
    {
        first.Store(to);
        second.Store(to + 16);
    }

    /// <summary>Cosines become exp((cosine - 1) / temperature), which cannot overflow.</summary>
    private void Exponentiate(int part, float temperature)
    {
        var sums = columnSums[part];
        sums.AsSpan().Clear();
        for (var i = part * count / 16; i < (part + 1) * count / 16; i++)
        {
            var row = matrix.AsSpan(i * count, count);
            TensorPrimitives.Multiply(row, 1 / temperature, row);
            TensorPrimitives.Subtract(row, 1 / temperature, row);
            TensorPrimitives.Exp(row, row);
            rowSums[i] = TensorPrimitives.Sum<float>(row);
            TensorPrimitives.Add(sums, row, sums);
        }
    }

    private void MaskTwins(uint[] queryHash)
    {
        var seen = new Dictionary<uint, List<int>>(count);
        for (var i = 0; i < count; i++)
        {
            if (!seen.TryGetValue(queryHash[i], out var twins))
            {
                seen[queryHash[i]] = [i];
                continue;
            }

            foreach (var j in twins)
            {
                Mask(i, j);
                Mask(j, i);
            }

            twins.Add(i);
        }

        void Mask(int row, int column)
        {
            ref var e = ref matrix[((long)row * count) + column];
            rowSums[row] -= e;
            columnSum[column] -= e;
            e = 0;
        }
    }

    private void SampleRow(int i, float floor, uint seed)
    {
        var list = rows[i];
        list.Clear();
        var half = 0.5f / rowSums[i];
        var state = Vector512.Create((uint)i * 2654435761u) ^ (Vector512<uint>.Indices * 0x85ebca6bu) ^ Vector512.Create(seed * 0x9e3779b9u);
        state |= Vector512.Create(1u);
        state *= Vector512.Create(0xc2b2ae35u);
        var toShare = Vector512.Create(floor / 16_777_216f);
        fixed (float* e = &matrix[(long)i * count], c = columnSum)
        {
            for (var j = 0; j < count; j += 16)
            {
                state ^= state << 13;
                state ^= state >>> 17;
                state ^= state << 5;
                var gradient = Vector512.Load(e + j) * (Vector512.Load(c + j) + Vector512.Create(half));
                var chance = Vector512.ConvertToSingle((state >>> 8).AsInt32()) * toShare;
                var kept = Vector512.GreaterThan(gradient, chance).ExtractMostSignificantBits();
                if ((uint)(i - j) < 16)
                {
                    kept &= ~(1UL << (i - j));
                }

                while (kept != 0)
                {
                    var lane = System.Numerics.BitOperations.TrailingZeroCount(kept);
                    kept &= kept - 1;
                    list.Add((j + lane, Math.Max(floor, e[j + lane] * (c[j + lane] + half))));
                }
            }

            list.Add((i, (e[i] * (c[i] + half)) - 1));
        }
    }

    private void Transpose()
    {
        columnStart.AsSpan().Clear();
        var total = 0;
        foreach (var row in rows)
        {
            total += row.Count;
            foreach (var (column, _) in row)
            {
                columnStart[column + 1]++;
            }
        }

        for (var j = 0; j < count; j++)
        {
            columnStart[j + 1] += columnStart[j];
        }

        if (byColumn.Length < total)
        {
            byColumn = new (int, float)[total * 2];
        }

        var next = columnStart.AsSpan(0, count).ToArray();
        for (var i = 0; i < count; i++)
        {
            foreach (var (column, gradient) in rows[i])
            {
                byColumn[next[column]++] = (i, gradient);
            }
        }
    }

    private void Gather(ReadOnlySpan<(int Index, float Gradient)> items, float[] vectors, Span<float> result, float scale)
    {
        fixed (float* v = vectors, r = result)
        {
            for (var block = 0; block < dimensions; block += 128)
            {
                Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
                foreach (var (index, gradient) in items)
                {
                    var x = v + ((long)index * dimensions) + block;
                    var w = Vector512.Create(gradient);
                    a = Vector512.FusedMultiplyAdd(w, Vector512.Load(x), a);
                    b = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 16), b);
                    c = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 32), c);
                    d = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 48), d);
                    e = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 64), e);
                    f = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 80), f);
                    g = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 96), g);
                    h = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 112), h);
                }

                (a * scale).Store(r + block);
                (b * scale).Store(r + block + 16);
                (c * scale).Store(r + block + 32);
                (d * scale).Store(r + block + 48);
                (e * scale).Store(r + block + 64);
                (f * scale).Store(r + block + 80);
                (g * scale).Store(r + block + 96);
                (h * scale).Store(r + block + 112);
            }
        }
    }
}
