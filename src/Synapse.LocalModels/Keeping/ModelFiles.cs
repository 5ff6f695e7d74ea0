using System.Text.RegularExpressions;

namespace Synapse.LocalModels.Keeping;

/// <summary>Which files of a model are taken: weights in ONNX, and the JSON and text files that say how to use them. Never a format that can hold a program.</summary>
internal static partial class ModelFiles
{
    /// <summary>Largest JSON or text file, in bytes.</summary>
    public const long MaxTextBytes = 64 * 1_024 * 1_024;

    private const string Outside = "_data";
    private const string Configuration = "config.json";
    private static readonly string[] Weights = ["onnx/model.onnx", "model.onnx"];
    private static readonly string[] Tokenizers = ["tokenizer.json", "vocab.txt"];

    private static readonly string[] Texts =
    [
        Configuration, "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt", "vocab.json", "merges.txt",
        "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "README.md", "LICENSE", "LICENSE.txt", "LICENSE.md",
    ];

    /// <summary>Whether a path is one of a model's files: relative, with slashes, at most one folder deep, and of a kind that is taken.</summary>
    public static bool IsTaken(string path) => IsText(path) || WeightsFile().IsMatch(path);

    /// <summary>Whether a file holds JSON or text.</summary>
    public static bool IsText(string path) => Texts.Contains(path, StringComparer.Ordinal) || ModuleFile().IsMatch(path);

    /// <summary>Whether a file holds weights; what lies outside of them, in a file of its own, is no weights.</summary>
    public static bool IsWeights(string path) => WeightsFile().IsMatch(path) && !path.EndsWith(Outside, StringComparison.Ordinal);

    /// <summary>Chooses what is fetched of all the files that a hub has: weights with what belongs to them, and every text.</summary>
    /// <param name="paths">The files that the hub has.</param>
    /// <param name="weights">The weights.</param>
    public static IEnumerable<string> Choose(IReadOnlyCollection<string> paths, IReadOnlyCollection<string> weights)
        => paths.Where(path => IsText(path) || weights.Contains(path) || (path.EndsWith(Outside, StringComparison.Ordinal) && weights.Contains(path[..^Outside.Length]))).Order(StringComparer.Ordinal);

    /// <summary>The plain weights, those of 32 bits; null when there are none.</summary>
    public static string? FindPlain(IReadOnlyCollection<string> paths) => Weights.FirstOrDefault(paths.Contains);

    /// <summary>What a model lacks to be used, as a clause; null when it is whole.</summary>
    public static string? FindMissing(IReadOnlyCollection<string> paths)
        => !paths.Any(IsWeights) ? $"it has no weights in ONNX ({string.Join(" or ", Weights)})"
            : !paths.Contains(Configuration) ? $"it has no {Configuration}"
            : !paths.Any(Tokenizers.Contains) ? $"it has no tokenizer that is read here ({string.Join(" or ", Tokenizers)})"
            : null;

    [GeneratedRegex(@"^[0-9]{1,2}_[A-Za-z]{1,32}/config\.json\z")]
    private static partial Regex ModuleFile();

    [GeneratedRegex(@"^(onnx/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,99}\.onnx(_data)?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex WeightsFile();
}
