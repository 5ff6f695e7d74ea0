using System.ComponentModel.DataAnnotations;
using System.Numerics.Tensors;
using Synapse.Errors;
using Synapse.LocalModels.Onnx;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.Onnx;

public sealed class SentenceModelTests : IDisposable
{
    private static readonly EncoderShape Shape = new();
    private static readonly string[] Texts = ["the red cat", "the cat", "an invoice for the contract with the client", "rain"];

    private readonly TemporaryFolder _temporary = new();
    private readonly TinyModelFolder _folder;

    public SentenceModelTests() => _folder = TinyModelFolder.WriteSentenceModel(_temporary["tiny"], Shape);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Embeddings_have_the_models_dimensions_and_unit_length_and_say_what_is_close()
    {
        await using var model = SentenceModel.Load(_folder.Path);
        var embeddings = await EmbedAsync(model, Texts);

        Assert.Equal(("tiny", Shape.Hidden, Shape.Positions), (model.Name, model.Dimensions, model.MaxTokens));
        Assert.Equal(new FileInfo(Path.Combine(_folder.Path, "onnx/model.onnx")).Length, model.ParameterBytes);
        Assert.All(embeddings, embedding => Assert.Equal(1f, TensorPrimitives.Norm<float>(embedding), 1e-5f));
        Assert.True(TensorPrimitives.Dot<float>(embeddings[0], embeddings[1]) > TensorPrimitives.Dot<float>(embeddings[0], embeddings[2]));
    }

    [Fact]
    public async Task A_text_has_the_same_embedding_alone_and_among_many_callers()
    {
        await using var model = SentenceModel.Load(_folder.Path);
        var alone = new List<float[]>();
        foreach (var text in Texts)
        {
            alone.AddRange(await EmbedAsync(model, [text]));
        }

        var callers = await Task.WhenAll(Enumerable.Range(0, 50).Select(caller => Task.Run(() => EmbedAsync(model, [Texts[caller % 4], Texts[(caller + 1) % 4]]), Cancellation)));
        for (var caller = 0; caller < callers.Length; caller++)
        {
            Assert.Equal(0f, TensorPrimitives.Distance<float>(alone[caller % 4], callers[caller][0]), 1e-5f);
            Assert.Equal(0f, TensorPrimitives.Distance<float>(alone[(caller + 1) % 4], callers[caller][1]), 1e-5f);
        }
    }

    [Fact]
    public async Task Usage_counts_tokens_and_texts_that_were_cut()
    {
        await using var model = SentenceModel.Load(_folder.Path, new() { MaxTokens = 8 });
        var usage = await model.EmbedAsync(["the cat".AsMemory(), "the cat and the dog in the rain with the sun".AsMemory()], TextSide.Plain, new float[2 * model.Dimensions], Cancellation);

        // [CLS] the cat [SEP]; eight of the other.
        Assert.Equal(new TokenUsage(4 + 8, 1), usage);
    }

    [Fact]
    public async Task The_longest_input_is_the_least_that_any_file_allows()
    {
        _folder.WriteJson("sentence_bert_config.json", new { max_seq_length = 48 });
        await using (var model = SentenceModel.Load(_folder.Path))
        {
            Assert.Equal(48, model.MaxTokens);
        }

        // The weights have fewer positions than the files say.
        _folder.WriteWeights("model.onnx", Shape with { Positions = 20 });
        await using (var model = SentenceModel.Load(_folder.Path))
        {
            Assert.Equal(20, model.MaxTokens);
            Assert.Equal(1f, TensorPrimitives.Norm<float>((await EmbedAsync(model, [string.Join(' ', Enumerable.Repeat("cat", 100))]))[0]), 1e-5f);
        }
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_with_unit_length_again()
    {
        await using var whole = SentenceModel.Load(_folder.Path);
        await using var shortened = SentenceModel.Load(_folder.Path, new() { Dimensions = 8 });
        var expected = (await EmbedAsync(whole, ["the cat"]))[0][..8];
        var norm = TensorPrimitives.Norm<float>(expected);

        Assert.Equal(8, shortened.Dimensions);
        Assert.All(expected.Zip((await EmbedAsync(shortened, ["the cat"]))[0]), pair => Assert.Equal(pair.First / norm, pair.Second, 1e-5f));
        Assert.Throws<ArgumentOutOfRangeException>(() => SentenceModel.Load(_folder.Path, new() { Dimensions = Shape.Hidden + 1 }));
    }

    [Fact]
    public async Task Prefixes_come_from_the_models_prompts_or_the_options_and_plain_texts_get_the_default()
    {
        _folder.WriteJson("config_sentence_transformers.json", new { prompts = new { query = "the question ", passage = "the page ", other = "red " }, default_prompt_name = "other" });
        await using var model = SentenceModel.Load(_folder.Path);
        await using var chosen = SentenceModel.Load(_folder.Path, new() { QueryPrefix = "", PassagePrefix = "blue " });
        await using var bare = SentenceModel.Load(TinyModelFolder.WriteSentenceModel(_temporary["bare"], Shape).Path);

        AssertSame(await EmbedAsync(bare, ["the question cat"]), await EmbedAsync(model, ["cat"], TextSide.Query));
        AssertSame(await EmbedAsync(bare, ["the page cat"]), await EmbedAsync(model, ["cat"], TextSide.Passage));
        AssertSame(await EmbedAsync(bare, ["red cat"]), await EmbedAsync(model, ["cat"]));
        AssertSame(await EmbedAsync(bare, ["cat"]), await EmbedAsync(chosen, ["cat"], TextSide.Query));
        AssertSame(await EmbedAsync(bare, ["blue cat"]), await EmbedAsync(chosen, ["cat"], TextSide.Passage));
        Assert.Equal(("the question ", "the page "), (model.Space.QueryPrefix, model.Space.PassagePrefix));
    }

    [Fact]
    public async Task Other_weights_pooling_length_dimensions_or_tokens_are_another_space()
    {
        var fingerprints = new List<string> { await FingerprintAsync(), await FingerprintAsync() };
        Assert.Equal(fingerprints[0], fingerprints[1]);
        fingerprints.RemoveAt(1);

        fingerprints.Add(await FingerprintAsync(new() { Dimensions = 8 }));
        fingerprints.Add(await FingerprintAsync(new() { MaxTokens = 16 }));
        fingerprints.Add(await FingerprintAsync(new() { QueryPrefix = "query: " }));
        _folder.WritePooling(["pooling_mode_cls_token"]);
        fingerprints.Add(await FingerprintAsync());
        _folder.WriteWeights("model.onnx", Shape with { Seed = 8 });
        fingerprints.Add(await FingerprintAsync());
        _folder.WriteWeights("model.onnx", Shape with { Seed = 8 }, "model.onnx_data");
        fingerprints.Add(await FingerprintAsync());
        _folder.WriteWeights("model.onnx", Shape with { Seed = 9 }, "model.onnx_data");
        fingerprints.Add(await FingerprintAsync());
        await File.AppendAllTextAsync(Path.Combine(_folder.Path, "vocab.txt"), "more\n", Cancellation);
        fingerprints.Add(await FingerprintAsync());

        Assert.Equal(fingerprints.Count, fingerprints.Distinct().Count());
    }

    [Fact]
    public async Task Finished_embeddings_of_the_graph_are_taken_where_there_is_nothing_to_pool()
    {
        // sentence_embedding of these graphs is the state of the first token.
        _folder.WritePooling(["pooling_mode_cls_token"]);
        await using var pooled = SentenceModel.Load(_folder.Path);
        var expected = await EmbedAsync(pooled, Texts);

        _folder.WriteWeights("model_finished.onnx", Shape with { SentenceOutput = SentenceOutput.Alone });
        await using var finished = SentenceModel.Load(_folder.Path, new() { Weights = "model_finished.onnx" });
        AssertSame(expected, await EmbedAsync(finished, Texts));

        // A Dense module is part of what the graph has finished.
        _folder.WriteModules("Transformer", "Pooling", "Dense", "Normalize");
        _folder.WriteWeights("model_both.onnx", Shape with { SentenceOutput = SentenceOutput.Beside });
        await using var both = SentenceModel.Load(_folder.Path, new() { Weights = "model_both.onnx" });
        AssertSame(expected, await EmbedAsync(both, Texts));
    }

    [Fact]
    public async Task Weights_of_every_form_give_about_the_same_embeddings()
    {
        await using var plain = SentenceModel.Load(_folder.Path);
        var expected = await EmbedAsync(plain, Texts);
        (string File, EncoderShape Shape, float Distance)[] forms =
        [
            ("model_fp16.onnx", Shape with { HalfOutput = true }, 1e-2f),
            ("model_quantized.onnx", Shape with { Quantized = true }, 0.3f),
            ("model_int32.onnx", Shape with { NarrowInputs = true }, 1e-5f),
            ("model_positions.onnx", Shape with { TakesPositions = true }, 1e-5f),
        ];
        foreach (var form in forms)
        {
            _folder.WriteWeights(form.File, form.Shape);
            await using var model = SentenceModel.Load(_folder.Path, new() { Weights = form.File });
            Assert.All(expected.Zip(await EmbedAsync(model, Texts)), pair => Assert.InRange(TensorPrimitives.Distance<float>(pair.First, pair.Second), 0, form.Distance));
        }
    }

    [Fact]
    public async Task Texts_are_lower_cased_first_where_the_model_says_so()
    {
        await using var plain = SentenceModel.Load(_folder.Path);
        _folder.WriteJson("sentence_bert_config.json", new { max_seq_length = Shape.Positions, do_lower_case = true });
        await using var lower = SentenceModel.Load(_folder.Path);

        AssertSame(await EmbedAsync(plain, ["the cat"]), await EmbedAsync(lower, ["The CAT"]));
    }

    [Fact]
    public async Task Without_modules_the_mean_is_taken_and_the_embedder_refuses_what_has_no_unit_length()
    {
        await using var normalized = SentenceModel.Load(_folder.Path);
        var expected = await EmbedAsync(normalized, Texts);
        File.Delete(Path.Combine(_folder.Path, "modules.json"));
        await using var bare = SentenceModel.Load(_folder.Path);
        await using var chosen = SentenceModel.Load(_folder.Path, new() { Normalize = true });

        Assert.False(bare.IsNormalized);
        Assert.Throws<ModelFormatException>(() => new OnnxEmbedder(bare));
        AssertSame(expected, await EmbedAsync(chosen, Texts));
    }

    [Fact]
    public async Task The_embedder_gives_queries_and_passages_their_prefixes()
    {
        await using var model = SentenceModel.Load(_folder.Path, new() { QueryPrefix = "question ", PassagePrefix = "page " });
        var embedder = new OnnxEmbedder(model);
        var passages = new float[2 * model.Dimensions];
        await embedder.EmbedPassagesAsync(["cat".AsMemory(), "dog".AsMemory()], passages, Cancellation);

        AssertSame(await EmbedAsync(model, ["question cat"]), [await embedder.EmbedQueryAsync("cat", Cancellation)]);
        AssertSame(await EmbedAsync(model, ["page cat", "page dog"]), [.. passages.Chunk(model.Dimensions)]);
        Assert.Equal(model.Space, await embedder.GetSpaceAsync(Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await embedder.EmbedPassagesAsync(["cat".AsMemory()], passages, Cancellation));
    }

    [Fact]
    public async Task Passages_wait_for_a_busy_model_and_queries_are_told()
    {
        await using var model = SentenceModel.Load(_folder.Path, new() { MaxWaitingInputs = 1 });
        var time = new ImpatientTime();
        var embedder = new OnnxEmbedder(model, time);
        var passages = Texts.Select(text => text.AsMemory()).ToArray();
        var expected = await EmbedAsync(model, Texts, TextSide.Passage);
        var (refused, embedded) = (0, 0);

        // Each refusal of a passage is a wait; callers go on until both have been seen.
        async Task CallAsync()
        {
            var destination = new float[passages.Length * model.Dimensions];
            do
            {
                await embedder.EmbedPassagesAsync(passages, destination, Cancellation);
                AssertSame(expected, [.. destination.Chunk(model.Dimensions)]);
                Interlocked.Increment(ref embedded);
                try
                {
                    await embedder.EmbedQueryAsync("the cat", Cancellation);
                }
                catch (ModelBusyException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
            while (Volatile.Read(ref refused) == 0 || time.Waits == 0);
        }

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(CallAsync, Cancellation)));
        Assert.True(embedded >= 6, $"Only {embedded} calls ended.");
    }

    [Fact]
    public async Task A_folder_of_links_is_a_folder_as_the_cache_of_a_download_has_it()
    {
        _folder.WriteWeights("model.onnx", Shape, "model.onnx_data");
        foreach (var file in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories))
        {
            var link = Path.Combine(_temporary["links"], Path.GetRelativePath(_folder.Path, file));
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, file);
        }

        await using var model = SentenceModel.Load(_folder.Path);
        await using var linked = SentenceModel.Load(_temporary["links"]);
        AssertSame(await EmbedAsync(model, Texts), await EmbedAsync(linked, Texts));
        Assert.Equal(model.WeightsSha256, linked.WeightsSha256);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(8, 0)]
    public void Options_out_of_their_range_are_refused(int maxTokens, int waiting)
        => Assert.Throws<ValidationException>(() => SentenceModel.Load(_folder.Path, new() { MaxTokens = maxTokens, MaxWaitingInputs = waiting }));

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        await using var model = SentenceModel.Load(_folder.Path);
        using var source = new CancellationTokenSource();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await model.EmbedAsync(["cat".AsMemory()], TextSide.Plain, new float[model.Dimensions], source.Token));
    }

    [Fact]
    public async Task A_token_that_the_weights_do_not_know_fails_its_own_call_alone()
    {
        // The tokenizer knows one more word than the weights have rows, and their table has no name that says so.
        _folder.WriteWeights("model.onnx", Shape with { TokenTable = "constant_7" });
        _folder.WriteVocabulary([.. _folder.Vocabulary, "zebra"]);
        await using var model = SentenceModel.Load(_folder.Path);

        await Assert.ThrowsAsync<ModelFailedException>(() => EmbedAsync(model, ["the zebra"]));
        Assert.Single(await EmbedAsync(model, ["the cat"]));
    }

    [Fact]
    public async Task Auto_falls_back_to_the_processor_and_cuda_says_what_to_install()
    {
        await using var model = SentenceModel.Load(_folder.Path, new() { Device = OnnxDevice.Auto });
        Assert.SkipWhen(model.RunsOnCuda, "This machine has CUDA.");

        var error = Assert.Throws<ModelRuntimeException>(() => SentenceModel.Load(_folder.Path, new() { Device = OnnxDevice.Cuda }));
        Assert.Contains("Microsoft.ML.OnnxRuntime.Gpu", error.Message, StringComparison.Ordinal);
    }

    private static void AssertSame(float[][] expected, float[][] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(0f, TensorPrimitives.Distance<float>(pair.First, pair.Second), 1e-5f));
    }

    private async Task<string> FingerprintAsync(SentenceModelOptions? options = null)
    {
        await using var model = SentenceModel.Load(_folder.Path, options);
        return model.Space.Fingerprint;
    }

    private static async Task<float[][]> EmbedAsync(SentenceModel model, string[] texts, TextSide side = TextSide.Plain)
    {
        var all = new float[texts.Length * model.Dimensions];
        await model.EmbedAsync([.. texts.Select(text => text.AsMemory())], side, all, Cancellation);
        return [.. all.Chunk(model.Dimensions)];
    }
}
