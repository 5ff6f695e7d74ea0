using Synapse.Errors;
using Synapse.LocalModels.Onnx;
using Synapse.TinyModels;

namespace Synapse.LocalModels.Tests.Onnx.Folders;

/// <summary>Whatever is wrong with a folder is told with the file, and never ends the process.</summary>
public sealed class DamagedModelTests : IDisposable
{
    private static readonly EncoderShape Shape = new(Layers: 1, Hidden: 16, Heads: 2, Intermediate: 32);

    private readonly TemporaryFolder _temporary = new();
    private readonly TinyModelFolder _folder;

    public DamagedModelTests() => _folder = TinyModelFolder.WriteSentenceModel(_temporary["tiny"], Shape);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_missing_folder_is_told() => Assert.Contains("no such folder", Refused(_temporary["absent"], null), StringComparison.Ordinal);

    [Fact]
    public void Weights_cut_off_anywhere_are_told()
    {
        var path = PathOf("onnx/model.onnx");
        var whole = File.ReadAllBytes(path);
        for (var part = 0; part < 40; part++)
        {
            File.WriteAllBytes(path, whole[..(whole.Length * part / 40)]);
            Assert.Contains("model.onnx", Refused(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Weights_with_a_changed_byte_load_or_are_told()
    {
        var path = PathOf("onnx/model.onnx");
        var whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        var random = new Random(1);
        var refused = 0;
        for (var run = 0; run < 60; run++)
        {
            var changed = (byte[])whole.Clone();
            // The structure stands in the first bytes; the last are weights, and those may be any number.
            changed[random.Next(run % 2 == 0 ? 4_000 : changed.Length)] ^= (byte)random.Next(1, 256);
            await File.WriteAllBytesAsync(path, changed, TestContext.Current.CancellationToken);
            try
            {
                await SentenceModel.Load(_folder.Path).DisposeAsync();
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        Assert.True(refused >= 10, $"Only {refused} of 60 were refused.");
    }

    [Fact]
    public void A_text_file_in_place_of_weights_is_told()
    {
        File.WriteAllText(PathOf("onnx/model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 90000000\n");
        Assert.Contains("model.onnx", Refused(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("modules.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("sentence_bert_config.json")]
    [InlineData("config_sentence_transformers.json")]
    public void Json_that_is_none_or_holds_something_else_is_told(string file)
    {
        foreach (var content in (string[])["{ \"a\": ", "7", "\"text\"", ""])
        {
            File.WriteAllText(PathOf(file), content);
            Assert.Contains(file, Refused(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("config.json", "{\"max_position_embeddings\": \"many\"}", "max_position_embeddings")]
    [InlineData("config.json", "{\"max_position_embeddings\": -1}", "max_position_embeddings")]
    [InlineData("sentence_bert_config.json", "{\"max_seq_length\": 0}", "max_seq_length")]
    [InlineData("1_Pooling/config.json", "{\"word_embedding_dimension\": 99, \"pooling_mode_mean_tokens\": true}", "99")]
    [InlineData("1_Pooling/config.json", "{\"word_embedding_dimension\": 16}", "no mode")]
    [InlineData("1_Pooling/config.json", "{\"pooling_mode_attention\": true}", "pooling_mode_attention")]
    [InlineData("config_sentence_transformers.json", "{\"default_prompt_name\": \"absent\"}", "absent")]
    [InlineData("config_sentence_transformers.json", "{\"similarity_fn_name\": \"cubic\"}", "similarity_fn_name")]
    [InlineData("modules.json", "[{\"type\": \"sentence_transformers.models.Transformer\", \"path\": \"\"}, {\"type\": \"sentence_transformers.models.LSTM\", \"path\": \"1\"}]", "LSTM")]
    [InlineData("modules.json", "[{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"1_Pooling\"}]", "order")]
    [InlineData("modules.json", "[{\"type\": \"sentence_transformers.models.Transformer\", \"path\": \"../other\"}]", "path")]
    public void A_setting_that_does_not_fit_is_told(string file, string content, string part)
    {
        File.WriteAllText(PathOf(file), content);
        Assert.Contains(part, Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_dense_module_is_refused_because_its_weights_are_not_read()
    {
        _folder.WriteModules("Transformer", "Pooling", "Dense");
        Assert.Contains("Dense", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_with_other_weights_only_says_what_to_do()
    {
        File.Delete(PathOf("onnx/model.onnx"));
        File.WriteAllText(PathOf("model.safetensors"), "");
        Assert.Contains("model.safetensors", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_that_are_not_there_are_told_with_those_that_are()
        => Assert.Contains("the folder has model.onnx", Refused(_folder.Path, new() { Weights = "model_int8.onnx" }), StringComparison.Ordinal);

    [Theory]
    [InlineData("../model.onnx")]
    [InlineData("/etc/passwd")]
    [InlineData("model.bin")]
    public void Weights_are_named_within_the_folder(string weights) => Refused(_folder.Path, new() { Weights = weights });

    [Fact]
    public void External_data_that_is_missing_or_too_short_is_told()
    {
        _folder.WriteWeights("model.onnx", Shape, "model.onnx_data");
        var data = PathOf("onnx/model.onnx_data");
        var whole = File.ReadAllBytes(data);
        File.WriteAllBytes(data, whole[..^1]);
        Assert.Contains("model.onnx_data", Refused(), StringComparison.Ordinal);
        File.Delete(data);
        Assert.Contains("model.onnx_data", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void External_data_outside_of_the_folder_is_refused()
    {
        _folder.WriteWeights("model.onnx", Shape, "../../../secret");
        Assert.Contains("outside", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_cross_encoder_is_no_sentence_model_and_the_other_way_round()
    {
        TinyModelFolder.WriteCrossEncoder(_temporary["cross"], Shape);
        Assert.Contains("logits", Refused(_temporary["cross"], null), StringComparison.Ordinal);
        Assert.Contains("no cross-encoder", Assert.Throws<ModelFormatException>(() => CrossEncoder.Load(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cross_encoder_with_several_scores_is_refused()
    {
        TinyModelFolder.WriteCrossEncoder(_temporary["cross"], Shape with { Labels = 3 });
        Assert.Contains("3 numbers", Assert.Throws<ModelFormatException>(() => CrossEncoder.Load(_temporary["cross"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tokenizer_with_more_tokens_than_the_weights_have_rows_is_told_with_both_numbers()
    {
        var rows = _folder.Vocabulary.Count;
        _folder.WriteVocabulary([.. _folder.Vocabulary, "boat"]);

        var message = Refused();
        Assert.Contains($"rows for {rows} tokens", message, StringComparison.Ordinal);
        Assert.Contains($"ids for {rows + 1}", message, StringComparison.Ordinal);

        // BERT's own file of words counts as the other one does; lines without a word at its end do not.
        File.Delete(PathOf("tokenizer.json"));
        Assert.Contains($"ids for {rows + 1}", Refused(), StringComparison.Ordinal);
        await File.WriteAllTextAsync(PathOf("vocab.txt"), string.Join('\n', _folder.Vocabulary) + "\n\n\n", TestContext.Current.CancellationToken);
        await SentenceModel.Load(_folder.Path).DisposeAsync();
    }

    [Fact]
    public void Added_tokens_without_a_row_are_told()
    {
        var rows = _folder.Vocabulary.Count;
        _folder.WriteVocabulary(_folder.Vocabulary, "[QUERY]", "[PASSAGE]");

        Assert.Contains($"rows for {rows} tokens, and the tokenizer of the folder has ids for {rows + 2}", Refused(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_rows_than_tokens_are_taken()
    {
        _folder.WriteVocabulary([.. _folder.Vocabulary.Take(_folder.Vocabulary.Count - 3)]);
        await SentenceModel.Load(_folder.Path).DisposeAsync();
    }

    private string PathOf(string file) => Path.Combine(_folder.Path, file);

    private string Refused() => Refused(_folder.Path, null);

    private static string Refused(string folder, SentenceModelOptions? options) => Assert.Throws<ModelFormatException>(() => SentenceModel.Load(folder, options)).Message;
}
