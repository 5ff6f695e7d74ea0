using System.Numerics.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Synapse.Embedding;
using Synapse.LocalModels.Static;

namespace Synapse.LocalModels.Tests.Static;

public sealed class StaticEmbedderTests
{
    private static readonly StaticEmbedder Embedder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("how do I reset a password")]
    [InlineData("qzxwvkj")]
    [InlineData("東京都の天気")]
    [InlineData("7")]
    public void Embedding_has_unit_length(string text)
        => Assert.Equal(1, TensorPrimitives.Norm<float>(Embed(text)), precision: 4);

    [Theory]
    [InlineData("")]
    [InlineData(" \n\t -- ")]
    public void Embedding_of_a_text_without_tokens_is_zero(string text)
        => Assert.All(Embed(text), static x => Assert.Equal(0, x));

    [Fact]
    public void Embedding_is_the_sum_of_the_rows_of_its_tokens()
    {
        // Known words, a repeated one and an unknown one, summed here in plain arithmetic from the weights format.
        const string text = "open the file, close the file qzxwvkj";
        var weights = StaticWeights.FromResource();
        var bag = new TokenBag(weights);
        bag.Fill(text, 100);
        var expected = new double[StaticWeights.Dimensions];
        for (var i = 0; i < bag.Count; i++)
        {
            var token = bag[i];
            var weight = Math.Pow(token.Occurrences, weights.RepeatExponent);
            if (!token.IsKnown)
            {
                var code = new float[StaticWeights.Dimensions];
                TextEncoder.AddCode(token.Hash, weights.CodeScale, code);
                for (var k = 0; k < code.Length; k++)
                {
                    expected[k] += code[k] * weight;
                }
            }

            foreach (var (row, _) in bag.RowsOf(token))
            {
                Add(expected, weights, row, weight);
            }
        }

        var norm = Math.Sqrt(expected.Sum(static x => x * x));
        var actual = Embed(text);
        for (var k = 0; k < expected.Length; k++)
        {
            Assert.Equal(expected[k] / norm, actual[k], 1e-4);
        }
    }

    [Fact]
    public void Embedding_does_not_depend_on_what_was_embedded_before()
    {
        // More distinct words than are remembered, so that they are forgotten on the way.
        var embedder = new StaticEmbedder();
        var texts = Enumerable.Range(0, 60).Select(static i => string.Join(' ', Enumerable.Range(0, 700).Select(k => Spell((i * 650) + k)))).ToArray();
        foreach (var text in texts.Concat(texts))
        {
            var reused = new float[StaticWeights.Dimensions];
            embedder.Embed(text, reused.AsSpan());
            var fresh = new float[StaticWeights.Dimensions];
            new StaticEmbedder().Embed(text, fresh.AsSpan());
            Assert.Equal(fresh, reused);
        }

        static string Spell(int number) => string.Concat($"{number}".Select(static digit => (char)('b' + digit - '0')));
    }

    [Theory]
    [InlineData("delete a file", "Removes the given path from disk.", "Returns the logarithm of the gamma function.")]
    [InlineData("connect to database", "def open_connection(dsn): return psycopg.connect(dsn)", "def mean(values): return sum(values) / len(values)")]
    [InlineData("heart attack", "Myocardial infarction and other cardiac disease", "A data structure that maps keys to values")]
    public void Related_text_is_nearer_than_unrelated_text(string query, string related, string unrelated)
        => Assert.True(Cosine(query, related) > Cosine(query, unrelated) + 0.05, $"{Cosine(query, related)} against {Cosine(query, unrelated)}");

    [Fact]
    public void Unknown_words_tell_texts_apart()
        => Assert.True(Cosine("zqxvkw", "zqxvkw") > Cosine("zqxvkw", "jwpqfg") + 0.5);

    [Fact]
    public async Task Passages_and_queries_are_embedded_alike()
    {
        string[] texts = ["first text", "", "second text"];
        var passages = new float[3 * StaticWeights.Dimensions];
        await Embedder.EmbedPassagesAsync([.. texts.Select(static t => t.AsMemory())], passages, Token);
        for (var i = 0; i < texts.Length; i++)
        {
            Assert.Equal(await Embedder.EmbedQueryAsync(texts[i], Token), passages[(i * StaticWeights.Dimensions)..((i + 1) * StaticWeights.Dimensions)]);
        }
    }

    [Fact]
    public async Task Passages_need_room_for_every_embedding()
        => await Assert.ThrowsAsync<ArgumentException>(async () => await Embedder.EmbedPassagesAsync(["one".AsMemory()], new float[255], Token));

    [Fact]
    public async Task Passages_stop_when_cancelled()
        => await Assert.ThrowsAsync<OperationCanceledException>(async () => await Embedder.EmbedPassagesAsync(["one".AsMemory()], new float[256], new CancellationToken(canceled: true)));

    [Fact]
    public void Bytes_are_the_unit_vector_times_127()
    {
        var floats = Embed("eight bits are enough");
        var bytes = new sbyte[floats.Length];
        Embedder.Embed("eight bits are enough", bytes.AsSpan());
        Assert.Equal(floats.Select(static x => (sbyte)MathF.Round(x * 127)), bytes);
    }

    [Fact]
    public void Embedding_allocates_nothing_once_warm()
    {
        var text = string.Join(' ', Enumerable.Repeat("The quick brown fox jumps over qzxwvkj lazyDog42.", 30));
        var vector = new float[StaticWeights.Dimensions];
        for (var i = 0; i < 50; i++)
        {
            Embedder.Embed(text, vector.AsSpan());
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Embedder.Embed(text, vector.AsSpan());
        }

        // The pool of encoders may take a node per return: far less than one object per token.
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100 * 100);
    }

    [Fact]
    public async Task Threads_get_the_same_embeddings()
    {
        var expected = Embed("the same on every thread");
        var all = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => Embed("the same on every thread"), Token)));
        Assert.All(all, vector => Assert.Equal(expected, vector));
    }

    [Fact]
    public void A_very_long_text_is_embedded_by_its_beginning()
        => Assert.Equal(1, TensorPrimitives.Norm<float>(Embed(string.Join(' ', Enumerable.Range(0, 50_000).Select(static i => $"w{i:x}q")))), precision: 4);

    [Fact]
    public void Space_names_model_version_and_dimensions()
        => Assert.Matches("^synapse-static-[0-9]+\\|256\\|unit\\|\\|$", Embedder.Space.Fingerprint);

    [Fact]
    public void Registration_gives_one_embedder()
    {
        using var provider = new ServiceCollection().UseStaticEmbedder().BuildServiceProvider();
        Assert.Same(provider.GetRequiredService<IEmbedder>(), provider.GetRequiredService<IEmbedder>());
        Assert.IsType<StaticEmbedder>(provider.GetRequiredService<IEmbedder>());
    }

    [Fact]
    public void Weights_stay_below_twenty_million_bytes()
    {
        var weights = StaticWeights.FromResource();
        Assert.InRange(StaticWeights.ExpectedBytes(weights.WordCount, weights.BucketCount), 1_000_000, 20_000_000);
    }

    [Fact]
    public void Weights_of_another_format_are_refused()
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, new byte[1_000]);
        try
        {
            Assert.Throws<InvalidDataException>(() => StaticWeights.FromFile(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static float[] Embed(string text)
    {
        var vector = new float[StaticWeights.Dimensions];
        Embedder.Embed(text, vector.AsSpan());
        return vector;
    }

    private static float Cosine(string first, string second) => TensorPrimitives.Dot<float>(Embed(first), Embed(second));

    private static unsafe void Add(double[] sum, StaticWeights weights, int row, double weight)
    {
        var codes = weights.Rows + ((long)row * StaticWeights.RowBytes);
        for (var k = 0; k < StaticWeights.Dimensions; k++)
        {
            var packed = codes[(16 * (k / 32)) + (k % 16)];
            var code = k % 32 < 16 ? packed & 15 : packed >> 4;
            sum[k] += (code - 7.5) * weights.Scale(row) * weight;
        }
    }
}
