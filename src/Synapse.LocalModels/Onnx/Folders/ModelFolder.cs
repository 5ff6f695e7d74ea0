using System.Security.Cryptography;
using System.Text.Json;
using Synapse.Errors;
using Synapse.LocalModels.Keeping;

namespace Synapse.LocalModels.Onnx.Folders;

/// <summary>A folder as sentence-transformers publishes it: which file is which.</summary>
internal sealed class ModelFolder
{
    private const long MaxJsonBytes = 16 * 1_024 * 1_024;
    private const string WeightsFolder = "onnx";
    private const string PlainWeights = "model.onnx";

    // Files that decide which tokens a text becomes.
    private static readonly string[] TokenizerFiles = ["tokenizer.json", "tokenizer_config.json", "vocab.txt", "special_tokens_map.json", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model", "vocab.json", "merges.txt"];

    private ModelFolder(string path) => Path = path;

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>Last part of the path.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    public static ModelFolder Open(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(folder));
        return Directory.Exists(path) ? new ModelFolder(path) : throw new ModelFormatException(System.IO.Path.GetFileName(path), "there is no such folder");
    }

    /// <summary>Finds the weights.</summary>
    /// <param name="chosen">File name; null takes the weights of the lock, the plain ones, or the only ones.</param>
    /// <returns>Path within the folder.</returns>
    public string FindWeights(string? chosen)
    {
        var name = chosen ?? (ModelLock.TryRead(Path) is { Weights: [var first, ..] } ? first : PlainOrOnly());
        if (name.StartsWith(WeightsFolder + "/", StringComparison.Ordinal))
        {
            name = name[(WeightsFolder.Length + 1)..];
        }

        if (name != System.IO.Path.GetFileName(name) || !name.EndsWith(".onnx", StringComparison.Ordinal))
        {
            throw new ModelFormatException(name, "weights are named by the name of an .onnx file in the model's folder or its 'onnx' folder");
        }

        return Array.Find([$"{WeightsFolder}/{name}", name], file => File.Exists(FullPath(file))) ?? throw new ModelFormatException(name, WhyNoWeights());
    }

    public string FullPath(string file) => System.IO.Path.Combine(Path, file);

    /// <summary>Reads a JSON file; null when there is none.</summary>
    /// <exception cref="ModelFormatException">It is no JSON.</exception>
    public JsonElement? TryReadJson(string file)
    {
        try
        {
            var entry = new FileInfo(FullPath(file));
            if (!entry.Exists)
            {
                return null;
            }

            if (entry.Length > MaxJsonBytes)
            {
                throw new ModelFormatException(file, $"it is larger than {MaxJsonBytes} bytes");
            }

            using var document = JsonDocument.Parse(File.ReadAllBytes(entry.FullName), new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            throw new ModelFormatException(file, $"it is not JSON from line {error.LineNumber + 1} on", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ModelFormatException(file, "it cannot be read", error);
        }
    }

    /// <summary>Reads a JSON file that holds an object; null when there is none.</summary>
    /// <exception cref="ModelFormatException">It is no JSON, or holds something else.</exception>
    public JsonSettings? TryReadSettings(string file)
        => TryReadJson(file) is not { } root ? null
            : root.ValueKind is JsonValueKind.Object ? new JsonSettings(file, root)
            : throw new ModelFormatException(file, "it should hold a JSON object");

    /// <summary>Eight hexadecimal digits that change with the files of the tokenizer.</summary>
    public string TokenizerDigest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in TokenizerFiles.Where(file => File.Exists(FullPath(file))))
        {
            hash.AppendData(SHA256.HashData(File.ReadAllBytes(FullPath(file))));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 4));
    }

    private string PlainOrOnly() => AllWeights() is [var only] ? only : PlainWeights;

    private string[] AllWeights()
        => [.. new[] { Path, FullPath(WeightsFolder) }.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*.onnx")).Select(System.IO.Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    private string WhyNoWeights()
    {
        var found = AllWeights();
        if (found.Length > 0)
        {
            return $"it is not there; the folder has {string.Join(", ", found)}";
        }

        var others = Directory.EnumerateFiles(Path).Select(System.IO.Path.GetFileName).Where(static file => file is "model.safetensors" or "pytorch_model.bin").ToArray();
        return others.Length > 0
            ? $"it is not there; {string.Join(" and ", others)} are not read. Use the model's 'onnx' folder, or export it to ONNX"
            : "it is not there";
    }
}
