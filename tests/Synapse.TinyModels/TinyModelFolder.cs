using System.Text.Json;
using System.Text.Json.Nodes;

namespace Synapse.TinyModels;

/// <summary>Writes model folders in the layout that sentence-transformers publishes, with generated weights.</summary>
public sealed class TinyModelFolder
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private TinyModelFolder(string path, EncoderShape shape, IReadOnlyList<string> vocabulary) => (Path, Shape, Vocabulary) = (path, shape, vocabulary);

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>The size of the encoder.</summary>
    public EncoderShape Shape { get; }

    /// <summary>Tokens by id.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>Writes a sentence encoder: <c>onnx/model.onnx</c>, tokenizer, modules, pooling.</summary>
    /// <param name="path">The folder, created if it is not there.</param>
    /// <param name="shape">The size of the encoder.</param>
    /// <param name="poolingModes">Settings of <c>1_Pooling/config.json</c> that are true, such as <c>pooling_mode_mean_tokens</c>.</param>
    /// <param name="normalize">Whether a Normalize module follows.</param>
    /// <param name="vocabulary">The small vocabulary when null.</param>
    public static TinyModelFolder WriteSentenceModel(string path, EncoderShape shape, IReadOnlyList<string>? poolingModes = null, bool normalize = true, IReadOnlyList<string>? vocabulary = null)
    {
        var folder = new TinyModelFolder(path, shape, vocabulary ?? TinyVocabulary.Small);
        folder.WriteModel();
        folder.WriteTokenizer(folder.Vocabulary, []);
        folder.WriteModules(normalize ? ["Transformer", "Pooling", "Normalize"] : ["Transformer", "Pooling"]);
        folder.WritePooling(poolingModes ?? ["pooling_mode_mean_tokens"]);
        folder.WriteJson("sentence_bert_config.json", new { max_seq_length = shape.Positions, do_lower_case = false });
        return folder;
    }

    /// <summary>Writes a cross-encoder with one score.</summary>
    /// <param name="path">The folder, created if it is not there.</param>
    /// <param name="shape">The size of the encoder.</param>
    /// <param name="activation">The class of the activation that the configuration names; null names none.</param>
    public static TinyModelFolder WriteCrossEncoder(string path, EncoderShape shape, string? activation = null)
    {
        var folder = new TinyModelFolder(path, shape with { Labels = Math.Max(1, shape.Labels) }, TinyVocabulary.Small);
        folder.WriteModel(sentenceTransformers: activation is null ? null : new JsonObject { ["activation_fn"] = activation });
        folder.WriteTokenizer(folder.Vocabulary, []);
        return folder;
    }

    /// <summary>Writes the weights once more, in another form and under another name: <c>onnx/NAME</c>.</summary>
    /// <param name="file">Name below <c>onnx/</c>.</param>
    /// <param name="shape">The form; the same size and seed give the same weights.</param>
    /// <param name="externalFile">Name of the file beside it that holds the tensors; null keeps them inside.</param>
    public void WriteWeights(string file, EncoderShape shape, string? externalFile = null)
    {
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, "onnx")).FullName;
        var (model, external) = EncoderGraph.Write(shape, Vocabulary.Count, externalFile);
        File.WriteAllBytes(System.IO.Path.Combine(folder, file), model);
        if (externalFile is not null)
        {
            File.WriteAllBytes(System.IO.Path.Combine(folder, externalFile), external);
        }
    }

    /// <summary>Writes one JSON file below the folder.</summary>
    public void WriteJson(string file, object value)
    {
        var path = System.IO.Path.Combine(Path, file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(value, Indented));
    }

    /// <summary>Writes the tokenizer once more, with another vocabulary than the weights were made for.</summary>
    /// <param name="vocabulary">Tokens by id.</param>
    /// <param name="added">Tokens that stand beside the vocabulary, with the ids after it.</param>
    public void WriteVocabulary(IReadOnlyList<string> vocabulary, params IReadOnlyList<string> added) => WriteTokenizer(vocabulary, added);

    /// <summary>Writes <c>modules.json</c> with modules of these kinds.</summary>
    public void WriteModules(params string[] kinds)
        => WriteJson("modules.json", kinds.Select((kind, index) => new { idx = index, name = $"{index}", path = index == 0 ? "" : $"{index}_{kind}", type = $"sentence_transformers.models.{kind}" }));

    /// <summary>Writes <c>1_Pooling/config.json</c>.</summary>
    /// <param name="modes">Settings that are true.</param>
    /// <param name="includePrompt">Whether the tokens of a prefix are pooled.</param>
    public void WritePooling(IReadOnlyList<string> modes, bool includePrompt = true)
    {
        string[] known = ["pooling_mode_cls_token", "pooling_mode_mean_tokens", "pooling_mode_max_tokens", "pooling_mode_mean_sqrt_len_tokens", "pooling_mode_weightedmean_tokens", "pooling_mode_lasttoken"];
        var config = new JsonObject { ["word_embedding_dimension"] = Shape.Hidden };
        foreach (var mode in known)
        {
            config[mode] = modes.Contains(mode);
        }

        config["include_prompt"] = includePrompt;
        WriteJson("1_Pooling/config.json", config);
    }

    private void WriteModel(JsonObject? sentenceTransformers = null)
    {
        WriteWeights("model.onnx", Shape);
        var labels = new JsonObject();
        for (var i = 0; i < Shape.Labels; i++)
        {
            labels[$"{i}"] = $"LABEL_{i}";
        }

        WriteJson("config.json", new JsonObject
        {
            ["architectures"] = new JsonArray(Shape.Labels > 0 ? "BertForSequenceClassification" : "BertModel"),
            ["model_type"] = "bert",
            ["hidden_size"] = Shape.Hidden,
            ["num_hidden_layers"] = Shape.Layers,
            ["num_attention_heads"] = Shape.Heads,
            ["intermediate_size"] = Shape.Intermediate,
            ["max_position_embeddings"] = Shape.Positions,
            ["type_vocab_size"] = 2,
            ["vocab_size"] = Vocabulary.Count,
            ["pad_token_id"] = 0,
            ["id2label"] = labels,
            ["sentence_transformers"] = sentenceTransformers,
        });
    }

    private void WriteTokenizer(IReadOnlyList<string> vocabulary, IReadOnlyList<string> added)
    {
        File.WriteAllText(System.IO.Path.Combine(Path, "vocab.txt"), string.Join('\n', vocabulary) + "\n");
        WriteJson("tokenizer_config.json", new
        {
            tokenizer_class = "BertTokenizer",
            do_lower_case = true,
            model_max_length = Shape.Positions,
            unk_token = "[UNK]",
            sep_token = "[SEP]",
            pad_token = "[PAD]",
            cls_token = "[CLS]",
            mask_token = "[MASK]",
        });
        var ids = new JsonObject();
        for (var id = 0; id < vocabulary.Count; id++)
        {
            ids[vocabulary[id]] = id;
        }

        WriteJson("tokenizer.json", new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = new JsonArray([.. vocabulary.Take(5).Select((token, id) => Special(token, id)), .. added.Select((token, index) => Special(token, vocabulary.Count + index))]),
            ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Token("[CLS]", 0), Sequence("A", 0), Token("[SEP]", 0)),
                ["pair"] = new JsonArray(Token("[CLS]", 0), Sequence("A", 0), Token("[SEP]", 0), Sequence("B", 1), Token("[SEP]", 1)),
                ["special_tokens"] = new JsonObject { ["[CLS]"] = Known("[CLS]", 2), ["[SEP]"] = Known("[SEP]", 3) },
            },
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = "[UNK]",
                ["continuing_subword_prefix"] = "##",
                ["max_input_chars_per_word"] = 100,
                ["vocab"] = ids,
            },
        });
    }

    private static JsonObject Special(string token, int id)
        => new() { ["id"] = id, ["content"] = token, ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false, ["normalized"] = false, ["special"] = true };

    private static JsonObject Token(string token, int type) => new() { ["SpecialToken"] = new JsonObject { ["id"] = token, ["type_id"] = type } };

    private static JsonObject Sequence(string sequence, int type) => new() { ["Sequence"] = new JsonObject { ["id"] = sequence, ["type_id"] = type } };

    private static JsonObject Known(string token, int id) => new() { ["id"] = token, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(token) };
}
