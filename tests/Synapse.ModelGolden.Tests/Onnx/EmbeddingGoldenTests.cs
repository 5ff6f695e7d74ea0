using Synapse.LocalModels.Onnx;
using Synapse.TinyModels;

namespace Synapse.ModelGolden.Tests.Onnx;

/// <summary>Embeddings of a small encoder with attention, against the same files in @huggingface/transformers.</summary>
public sealed class EmbeddingGoldenTests : IDisposable
{
    private const float Tolerance = 1e-4f;
    private const string Mean = "pooling_mode_mean_tokens";

    private static readonly EncoderShape Shape = new();
    private static readonly int[] BatchSizes = [1, 2, 7, 33];

    private readonly string _folder = Directory.CreateTempSubdirectory("synapse-golden-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("mean", Mean)]
    [InlineData("cls", "pooling_mode_cls_token")]
    [InlineData("max", "pooling_mode_max_tokens")]
    [InlineData("sqrt", "pooling_mode_mean_sqrt_len_tokens")]
    [InlineData("weighted", "pooling_mode_weightedmean_tokens")]
    [InlineData("last", "pooling_mode_lasttoken")]
    public async Task Every_pooling_agrees_in_batches_of_every_size(string formula, string mode)
    {
        var tiny = TinyModelFolder.WriteSentenceModel(_folder, Shape, [mode], normalize: false);
        await using var model = SentenceModel.Load(_folder);
        var batches = BatchSizes.Select(size => GoldenTexts.Mixed(tiny, size, seed: size)).ToArray();

        var expected = await AskAsync(batches.Select(texts => new ReferenceGroup(texts, [formula])));
        for (var i = 0; i < batches.Length; i++)
        {
            AssertAgree(expected[i], await EmbedAsync(model, batches[i]));
        }
    }

    [Fact]
    public async Task Several_poolings_are_put_together_in_the_order_of_sentence_transformers()
    {
        var tiny = TinyModelFolder.WriteSentenceModel(_folder, Shape, [Mean, "pooling_mode_max_tokens", "pooling_mode_cls_token"]);
        await using var model = SentenceModel.Load(_folder);
        var texts = GoldenTexts.Mixed(tiny, 7, seed: 3);

        Assert.Equal(3 * Shape.Hidden, model.Dimensions);
        AssertAgree((await AskAsync([new(texts, ["cls", "max", "mean"], Normalize: true)]))[0], await EmbedAsync(model, texts));
    }

    [Fact]
    public async Task Every_length_from_one_word_to_beyond_the_longest_agrees()
    {
        var tiny = TinyModelFolder.WriteSentenceModel(_folder, Shape);
        await using var model = SentenceModel.Load(_folder);
        var texts = Enumerable.Range(0, Shape.Positions + 5).Select(words => GoldenTexts.OfWords(tiny, words, seed: words)).ToArray();

        var expected = await AskAsync(texts.Select(text => new ReferenceGroup([text], ["mean"], Normalize: true)));
        AssertAgree([.. expected.SelectMany(group => group)], await EmbedAsync(model, texts));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Prefixes_agree_with_and_without_their_tokens_in_the_pooling(bool includePrompt)
    {
        var tiny = TinyModelFolder.WriteSentenceModel(_folder, Shape);
        tiny.WritePooling([Mean], includePrompt);
        tiny.WriteJson("config_sentence_transformers.json", new { prompts = new { query = "query : ", document = "text of the document : " }, similarity_fn_name = "cosine" });
        await using var model = SentenceModel.Load(_folder);
        var texts = GoldenTexts.Mixed(tiny, 7, seed: 5);

        var expected = await AskAsync([
            new(texts, ["mean"], Normalize: true, "query : ", !includePrompt),
            new(texts, ["mean"], Normalize: true, "text of the document : ", !includePrompt),
            new(texts, ["mean"], Normalize: true)]);
        AssertAgree(expected[0], await EmbedAsync(model, texts, TextSide.Query));
        AssertAgree(expected[1], await EmbedAsync(model, texts, TextSide.Passage));
        AssertAgree(expected[2], await EmbedAsync(model, texts));
    }

    [Fact]
    public async Task Weights_with_external_data_and_32_bit_inputs_agree()
    {
        var tiny = TinyModelFolder.WriteSentenceModel(_folder, Shape);
        tiny.WriteWeights("model_external.onnx", Shape with { NarrowInputs = true, TakesPositions = true }, "model_external.onnx_data");
        await using var model = SentenceModel.Load(_folder, new() { Weights = "model_external.onnx" });
        var texts = GoldenTexts.Mixed(tiny, 7, seed: 9);

        AssertAgree((await AskAsync([new(texts, ["mean"], Normalize: true)]))[0], await EmbedAsync(model, texts));
    }

    [Fact]
    public async Task Quantized_weights_agree_text_by_text()
    {
        // One by one: each run quantises its inputs by their common range, so that in 8 bits the neighbours of a text matter.
        var tiny = TinyModelFolder.WriteSentenceModel(_folder, Shape);
        tiny.WriteWeights("model_quantized.onnx", Shape with { Quantized = true });
        await using var model = SentenceModel.Load(_folder, new() { Weights = "model_quantized.onnx" });
        var texts = GoldenTexts.Mixed(tiny, 7, seed: 11);

        var expected = await TransformersReference.AskAsync(_folder, "embeddings", texts.Select(text => new ReferenceGroup([text], ["mean"], Normalize: true)), Cancellation, "model_quantized");
        for (var i = 0; i < texts.Length; i++)
        {
            AssertAgree(expected[i], await EmbedAsync(model, [texts[i]]));
        }
    }

    private static void AssertAgree(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Length, actual[i].Length);
            var furthest = expected[i].Zip(actual[i], static (a, b) => Math.Abs(a - b)).Max();
            Assert.True(furthest <= Tolerance, $"Text {i} is {furthest} apart.");
        }
    }

    private Task<float[][][]> AskAsync(IEnumerable<ReferenceGroup> groups) => TransformersReference.AskAsync(_folder, "embeddings", groups, Cancellation);

    private static async Task<float[][]> EmbedAsync(SentenceModel model, string[] texts, TextSide side = TextSide.Plain)
    {
        var all = new float[texts.Length * model.Dimensions];
        await model.EmbedAsync([.. texts.Select(text => text.AsMemory())], side, all, Cancellation);
        return [.. all.Chunk(model.Dimensions)];
    }
}
