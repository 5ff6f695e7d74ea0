using System.Text.Json;
using Synapse.Errors;
using Synapse.LocalModels.Onnx.Pooling;

namespace Synapse.LocalModels.Onnx.Folders;

/// <summary>What the files of sentence-transformers say of the way from token states to an embedding.</summary>
/// <param name="Pooling">How token states become one.</param>
/// <param name="PooledWidth">Width of a token state, as the pooling says; null when it does not say.</param>
/// <param name="IncludePrompt">Whether the tokens of a prefix are pooled.</param>
/// <param name="Normalize">Whether embeddings get unit length.</param>
/// <param name="Transform">A module that changes embeddings by weights outside of ONNX; null when there is none.</param>
/// <param name="MaxTokens">Longest input; null when it does not say.</param>
/// <param name="LowerCase">Whether texts are lower-cased before they are cut into tokens.</param>
/// <param name="Prompts">Prefixes by name.</param>
/// <param name="DefaultPrompt">Name of the prefix of texts that are neither query nor passage; null for none.</param>
/// <param name="Similarity">How embeddings are meant to be compared: cosine, dot, euclidean or manhattan; null when it does not say.</param>
internal sealed record SentenceConfiguration(
    IReadOnlyList<PoolingMode> Pooling,
    int? PooledWidth,
    bool IncludePrompt,
    bool Normalize,
    string? Transform,
    int? MaxTokens,
    bool LowerCase,
    IReadOnlyDictionary<string, string> Prompts,
    string? DefaultPrompt,
    string? Similarity)
{
    private const string ModulesFile = "modules.json";
    private const string PromptsFile = "config_sentence_transformers.json";

    public static SentenceConfiguration Read(ModelFolder folder)
    {
        var modules = ReadModules(folder);
        var pooling = modules.Find(static module => module.Kind is "Pooling") is { Path: { } path } ? folder.TryReadSettings($"{path}/config.json") ?? throw new ModelFormatException($"{path}/config.json", $"it is missing; {ModulesFile} names it") : null;
        var transformer = modules.Find(static module => module.Kind is "Transformer").Path;
        var limits = folder.TryReadSettings(string.IsNullOrEmpty(transformer) ? "sentence_bert_config.json" : $"{transformer}/sentence_bert_config.json");
        var (prompts, defaultPrompt, similarity) = ReadPrompts(folder);
        return new SentenceConfiguration(
            pooling is null ? [PoolingMode.Mean] : PoolingModes.Read(pooling),
            pooling?.Count("word_embedding_dimension"),
            pooling?.Flag("include_prompt") ?? true,
            modules.Exists(static module => module.Kind is "Normalize"),
            modules.Find(static module => module.Kind is "Dense").Path,
            limits?.Count("max_seq_length"),
            limits?.Flag("do_lower_case") ?? false,
            prompts,
            defaultPrompt,
            similarity);
    }

    /// <summary>Kind and folder of each module, in order; without the file, what sentence-transformers takes then: mean pooling.</summary>
    private static List<(string Kind, string Path)> ReadModules(ModelFolder folder)
    {
        if (folder.TryReadJson(ModulesFile) is not { } root)
        {
            return [];
        }

        if (root.ValueKind is not JsonValueKind.Array)
        {
            throw new ModelFormatException(ModulesFile, "it should hold a JSON array");
        }

        var modules = root.EnumerateArray().Select(ReadModule).ToList();
        CheckOrder([.. modules.Select(static module => module.Kind)]);
        return modules;
    }

    private static (string Kind, string Path) ReadModule(JsonElement element)
    {
        if (element.ValueKind is not JsonValueKind.Object)
        {
            throw new ModelFormatException(ModulesFile, "each module should be an object");
        }

        var settings = new JsonSettings(ModulesFile, element);
        var kind = (settings.Text("type") ?? throw settings.Wrong("type", "a text")).Split('.')[^1];
        var path = settings.Text("path") ?? "";
        if (System.IO.Path.IsPathRooted(path) || path.Split('/', '\\').Contains(".."))
        {
            throw settings.Wrong("path", "a folder of the model");
        }

        return kind switch
        {
            "Transformer" or "Pooling" or "Normalize" or "Dense" => (kind, path),
            _ => throw new ModelFormatException(ModulesFile, $"modules of the kind '{kind}' are not supported"),
        };
    }

    private static void CheckOrder(string[] kinds)
    {
        string[] order = ["Transformer", "Pooling", "Dense", "Normalize"];
        var ranks = Array.ConvertAll(kinds, kind => Array.IndexOf(order, kind));
        if (ranks.Length == 0 || ranks[0] != 0 || ranks.Zip(ranks.Skip(1)).Any(static pair => pair.First > pair.Second || (pair.First == pair.Second && pair.First != 2)))
        {
            throw new ModelFormatException(ModulesFile, $"the order of modules {string.Join(", ", kinds)} is not supported: it should be Transformer, Pooling, Normalize");
        }
    }

    private static (IReadOnlyDictionary<string, string> Prompts, string? Default, string? Similarity) ReadPrompts(ModelFolder folder)
    {
        if (folder.TryReadSettings(PromptsFile) is not { } settings)
        {
            return (new Dictionary<string, string>(), null, null);
        }

        var prompts = settings.Object("prompts") is { } all ? all.Names.Distinct().ToDictionary(static name => name, name => all.Text(name) ?? "") : [];
        var defaultPrompt = settings.Text("default_prompt_name");
        if (defaultPrompt is not null && !prompts.ContainsKey(defaultPrompt))
        {
            throw new ModelFormatException(PromptsFile, $"'default_prompt_name' is '{defaultPrompt}', and there is no such prompt");
        }

        var similarity = settings.Text("similarity_fn_name");
        return similarity is null or "cosine" or "dot" or "euclidean" or "manhattan" ? (prompts, defaultPrompt, similarity)
            : throw settings.Wrong("similarity_fn_name", "cosine, dot, euclidean or manhattan");
    }
}
