using System.Diagnostics;
using System.Globalization;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Synapse.LocalModels.Static;

namespace Synapse.StaticModel.Training;

/// <summary>Trains the rows with symmetric InfoNCE over in-batch negatives and lazy Adam.</summary>
internal sealed unsafe class Trainer
{
    private const int Dim = StaticWeights.Dimensions;
    private const float Beta1 = 0.9f;
    private const float Beta2 = 0.999f;

    private readonly PreparedCorpus corpus;
    private readonly TrainingOptions options;
    private readonly TokenTable table;
    private readonly int rowCount;
    private readonly float* rows;
    private readonly float* first;
    private readonly float* second;
    private readonly float[] repeatWeight;
    private readonly ParallelOptions parallel;
    private readonly int[] heldOut;
    private readonly List<int> training = [];
    private float codeScale;
    private double codeFirst;
    private double codeSecond;

    public Trainer(PreparedCorpus corpus, TrainingOptions options)
    {
        this.corpus = corpus;
        this.options = options;
        parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Threads };
        table = new TokenTable(corpus, options);
        rowCount = table.WordCount + options.Buckets;
        var bytes = (nuint)rowCount * Dim * sizeof(float);
        rows = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        first = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        second = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(first, bytes);
        NativeMemory.Clear(second, bytes);
        repeatWeight = [.. Enumerable.Range(0, 256).Select(n => MathF.Pow(n, (float)options.RepeatExponent))];
        heldOut = Split();
        Start();
        if (options.From.Length > 0)
        {
            GoOnFrom(StaticWeights.FromFile(options.From));
        }
    }

    public void Train(string output)
    {
        var batch = options.Batch;
        var pairs = Math.Min(training.Count, options.MaxPairs);
        var steps = (int)(pairs * options.Epochs / batch);
        Console.WriteLine($"{training.Count} training pairs, {heldOut.Length} held out, {table.WordCount} words, {options.Buckets} buckets, {steps} steps");
        var random = new Random(options.Seed);
        var similarities = new Similarities(batch, Dim, options.Threads);
        float[] sums = new float[2 * batch * Dim], unit = new float[batch * Dim], unitPassages = new float[batch * Dim], gradient = new float[batch * Dim], gradientPassages = new float[batch * Dim], norms = new float[2 * batch];
        var hashes = new uint[batch];
        int[] order = [];
        var cursor = 0;
        var watch = Stopwatch.StartNew();
        var shown = 0.0;
        var entries = new BatchEntries(batch, rowCount);
        for (var step = 0; step < steps; step++)
        {
            if (cursor + batch > order.Length)
            {
                order = Order(random);
                cursor = 0;
            }

            var chosen = order.AsMemory(cursor, batch);
            cursor += batch;
            for (var i = 0; i < batch; i++)
            {
                hashes[i] = corpus.QueryHash[chosen.Span[i]];
            }

            entries.Fill(corpus, table, chosen.Span, repeatWeight, options, step);
            Forward(entries, sums, norms, unit, unitPassages, batch);
            var loss = similarities.Backward(unit, unitPassages, hashes, (float)options.Temperature, (float)(1 / options.GradientFloor), (uint)(options.Seed + step), gradient, gradientPassages);
            ToSums(unit, gradient, norms, 0, batch);
            ToSums(unitPassages, gradientPassages, norms, batch, batch);
            var progress = Math.Max(step / (double)steps, watch.Elapsed.TotalMinutes / options.Minutes);
            var rate = options.LearningRate * Math.Min(1, (step + 1.0) / options.WarmUpSteps) * Math.Max(0.002, 1 - progress);
            Update(entries, gradient, gradientPassages, (float)rate, step + 1);
            shown = step == 0 ? loss : (0.98 * shown) + (0.02 * loss);
            if (step % 100 == 99 || step == steps - 1)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {step + 1}/{steps} loss {shown:F4} rate {rate:F4} code {codeScale:F4} {(step + 1.0) * batch / watch.Elapsed.TotalSeconds:F0} pairs/s {watch.Elapsed.TotalMinutes:F1} min"));
            }

            if (progress >= 1)
            {
                break;
            }
        }

        HeldOut();
        WeightsWriter.Write(output, corpus, table, options, rows, codeScale);
    }

    private void HeldOut()
    {
        var count = heldOut.Length / 256 * 256;
        if (count == 0)
        {
            return;
        }

        float[] sums = new float[2 * count * Dim], norms = new float[2 * count], unit = new float[count * Dim], unitPassages = new float[count * Dim];
        var entries = new BatchEntries(count, rowCount);
        entries.Fill(corpus, table, heldOut.AsSpan(0, count), repeatWeight, options, -1);
        Forward(entries, sums, norms, unit, unitPassages, count);
        var ranks = new Similarities(count, Dim, options.Threads).Ranks(unit, unitPassages);
        var byKind = ranks.Select((rank, i) => (Kind: (Mining.PairKind)corpus.Kind[heldOut[i]], Score: 1.0 / rank)).ToLookup(static r => r.Kind, static r => r.Score);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"held-out mean reciprocal rank among {count}: {ranks.Average(static r => 1.0 / r):F4} ({string.Join(", ", byKind.OrderBy(static k => k.Key).Select(k => string.Create(CultureInfo.InvariantCulture, $"{k.Key} {k.Average():F3}")))})"));
    }

    /// <summary>Holds out whole packages, so that no text of a held-out pair's package is trained on.</summary>
    private int[] Split()
    {
        var candidates = new List<int>();
        for (var i = 0; i < corpus.PairCount; i++)
        {
            if (TokenHash.Mix((ulong)corpus.Group[i] + 77) % 100 == 0)
            {
                candidates.Add(i);
            }
            else
            {
                training.Add(i);
            }
        }

        var shuffled = candidates.ToArray();
        new Random(options.Seed).Shuffle(shuffled);
        return shuffled[..Math.Min(options.HeldOut, shuffled.Length)];
    }

    private void Start()
    {
        var total = (double)corpus.PairCount * 2;
        Span<float> code = stackalloc float[Dim];
        for (var row = 0; row < rowCount; row++)
        {
            var random = new Random(options.Seed + row);
            var scale = options.StartScale;
            if (row < table.WordCount)
            {
                var share = corpus.Frequency[table.WordIds[row]] / total;
                scale *= Math.Sqrt(options.FrequencyConstant / (options.FrequencyConstant + share));
                code.Clear();
                TextEncoder.AddCode(TokenHash.Of(corpus.Tokens[table.WordIds[row]]), (float)scale, code);
                code.CopyTo(new Span<float>(rows + ((long)row * Dim), Dim));
                continue;
            }

            for (var k = 0; k < Dim; k++)
            {
                rows[((long)row * Dim) + k] = k < options.FrozenDimensions ? 0 : (float)((random.NextDouble() - 0.5) * 0.3 * scale);
            }
        }

        codeScale = (float)options.StartScale;
    }

    /// <summary>Takes over the rows of earlier weights; a composed word's own row is what its n-gram rows leave over.</summary>
    private void GoOnFrom(StaticWeights weights)
    {
        if (weights.BucketCount != options.Buckets)
        {
            throw new ArgumentException($"The weights have {weights.BucketCount} buckets, not {options.Buckets}.");
        }

        codeScale = weights.CodeScale + (float)(options.Anchor * options.StartScale);
        var start = new float[Dim];
        for (var bucket = 0; bucket < options.Buckets; bucket++)
        {
            weights.CopyRow(weights.WordCount + bucket, new Span<float>(rows + ((long)(table.WordCount + bucket) * Dim), Dim));
        }

        for (var row = 0; row < table.WordCount; row++)
        {
            var id = table.WordIds[row];
            var earlier = weights.Find(TokenHash.Of(corpus.Tokens[id]));
            if (earlier < 0)
            {
                continue;
            }

            var own = new Span<float>(rows + ((long)row * Dim), Dim);
            TensorPrimitives.Multiply(own, (float)options.Anchor, start);
            weights.CopyRow(earlier, own);
            TensorPrimitives.Add(own, start, own);
            foreach (var gram in table.Grams(id))
            {
                TensorPrimitives.Subtract(own, new ReadOnlySpan<float>(rows + ((long)gram * Dim), Dim), own);
            }
        }
    }

    /// <summary>Short runs of pairs of one package stay together, so that a batch holds negatives that are near.</summary>
    private int[] Order(Random random)
    {
        var pool = CollectionsMarshal.AsSpan(training).ToArray();
        if (options.MaxPairs < pool.Length)
        {
            random.Shuffle(pool);
            pool = pool[..(int)options.MaxPairs];
        }

        var keys = new ulong[pool.Length];
        for (var i = 0; i < pool.Length; i++)
        {
            keys[i] = ((ulong)(uint)corpus.Group[pool[i]] << 32) | (uint)random.Next();
        }

        Array.Sort(keys, pool);
        var runs = (pool.Length + options.Run - 1) / options.Run;
        var runOrder = Enumerable.Range(0, runs).ToArray();
        random.Shuffle(runOrder);
        var order = new int[pool.Length];
        var at = 0;
        foreach (var run in runOrder)
        {
            for (var i = run * options.Run; i < Math.Min(pool.Length, (run + 1) * options.Run); i++)
            {
                order[at++] = pool[i];
            }
        }

        return order;
    }

    private void Forward(BatchEntries entries, float[] sums, float[] norms, float[] unit, float[] unitPassages, int count)
    {
        Parallel.For(0, 128, parallel, part =>
        {
            for (var text = part * 2 * count / 128; text < (part + 1) * 2 * count / 128; text++)
            {
                var sum = sums.AsSpan(text * Dim, Dim);
                SumRows(entries.RowsOf(text), entries.WeightsOf(text), sum);
                foreach (var (hash, weight) in entries.CodesOf(text))
                {
                    TextEncoder.AddCode(hash, weight * codeScale, sum);
                }

                var norm = MathF.Max(TensorPrimitives.Norm<float>(sum), 1e-6f);
                norms[text] = norm;
                var target = text < count ? unit.AsSpan(text * Dim, Dim) : unitPassages.AsSpan((text - count) * Dim, Dim);
                TensorPrimitives.Multiply(sum, 1 / norm, target);
            }
        });
    }

    private void SumRows(ReadOnlySpan<int> indices, ReadOnlySpan<float> weights, Span<float> sum)
    {
        fixed (float* s = sum)
        {
            for (var block = 0; block < Dim; block += 128)
            {
                Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
                for (var i = 0; i < indices.Length; i++)
                {
                    var x = rows + ((long)indices[i] * Dim) + block;
                    var w = Vector512.Create(weights[i]);
                    a = Vector512.FusedMultiplyAdd(w, Vector512.Load(x), a);
                    b = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 16), b);
                    c = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 32), c);
                    d = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 48), d);
                    e = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 64), e);
                    f = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 80), f);
                    g = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 96), g);
                    h = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 112), h);
                }

                a.Store(s + block);
                b.Store(s + block + 16);
                c.Store(s + block + 32);
                d.Store(s + block + 48);
                e.Store(s + block + 64);
                f.Store(s + block + 80);
                g.Store(s + block + 96);
                h.Store(s + block + 112);
            }
        }
    }

    /// <summary>Gradient by the sum of a text's rows from the gradient by its unit vector.</summary>
    private static void ToSums(float[] unit, float[] gradient, float[] norms, int firstNorm, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var g = gradient.AsSpan(i * Dim, Dim);
            var u = unit.AsSpan(i * Dim, Dim);
            TensorPrimitives.MultiplyAdd(u, -TensorPrimitives.Dot<float>(g, u), g, g);
            TensorPrimitives.Multiply(g, 1 / norms[firstNorm + i], g);
        }
    }

    private void Update(BatchEntries entries, float[] gradient, float[] gradientPassages, float rate, int step)
    {
        entries.Invert();
        var correction = (float)(Math.Sqrt(1 - Math.Pow(Beta2, step)) / (1 - Math.Pow(Beta1, step)));
        var parts = 256;
        Parallel.For(0, parts, parallel, part =>
        {
            fixed (float* g0 = gradient, g1 = gradientPassages)
            {
                var sum = stackalloc float[Dim];
                var (from, to) = entries.TouchedPart(part, parts);
                for (var t = from; t < to; t++)
                {
                    var row = entries.Touched[t];
                    SumGradient(entries, row, g0, g1, sum);
                    Adam(row, sum, rate * correction);
                }
            }
        });
        UpdateCode(entries, gradient, gradientPassages, rate * correction);
    }

    private static void SumGradient(BatchEntries entries, int row, float* g0, float* g1, float* sum)
    {
        var texts = entries.TextsOf(row, out var weights);
        var half = entries.PairCount;
        for (var block = 0; block < Dim; block += 128)
        {
            Vector512<float> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default;
            for (var i = 0; i < texts.Length; i++)
            {
                var text = texts[i];
                var x = (text < half ? g0 + ((long)text * Dim) : g1 + ((long)(text - half) * Dim)) + block;
                var w = Vector512.Create(weights[i]);
                a = Vector512.FusedMultiplyAdd(w, Vector512.Load(x), a);
                b = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 16), b);
                c = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 32), c);
                d = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 48), d);
                e = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 64), e);
                f = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 80), f);
                g = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 96), g);
                h = Vector512.FusedMultiplyAdd(w, Vector512.Load(x + 112), h);
            }

            a.Store(sum + block);
            b.Store(sum + block + 16);
            c.Store(sum + block + 32);
            d.Store(sum + block + 48);
            e.Store(sum + block + 64);
            f.Store(sum + block + 80);
            g.Store(sum + block + 96);
            h.Store(sum + block + 112);
        }
    }

    private void Adam(int row, float* gradient, float rate)
    {
        float* w = rows + ((long)row * Dim), m = first + ((long)row * Dim), v = second + ((long)row * Dim);
        var epsilon = Vector512.Create(1e-10f);
        var step = Vector512.Create(rate);
        for (var k = options.FrozenDimensions; k < Dim; k += 16)
        {
            var g = Vector512.Load(gradient + k);
            var newM = (Vector512.Load(m + k) * Beta1) + (g * (1 - Beta1));
            var newV = (Vector512.Load(v + k) * Beta2) + (g * g * (1 - Beta2));
            newM.Store(m + k);
            newV.Store(v + k);
            (Vector512.Load(w + k) - (step * newM / (Vector512.Sqrt(newV) + epsilon))).Store(w + k);
        }
    }

    private void UpdateCode(BatchEntries entries, float[] gradient, float[] gradientPassages, float rate)
    {
        var total = 0.0;
        Span<float> code = stackalloc float[Dim];
        for (var text = 0; text < entries.PairCount * 2; text++)
        {
            foreach (var (hash, weight) in entries.CodesOf(text))
            {
                code.Clear();
                TextEncoder.AddCode(hash, weight, code);
                total += TensorPrimitives.Dot<float>(code, text < entries.PairCount ? gradient.AsSpan(text * Dim, Dim) : gradientPassages.AsSpan((text - entries.PairCount) * Dim, Dim));
            }
        }

        codeFirst = (codeFirst * Beta1) + (total * (1 - Beta1));
        codeSecond = (codeSecond * Beta2) + (total * total * (1 - Beta2));
        codeScale -= (float)(0.02 * rate * codeFirst / (Math.Sqrt(codeSecond) + 1e-10));
    }
}
