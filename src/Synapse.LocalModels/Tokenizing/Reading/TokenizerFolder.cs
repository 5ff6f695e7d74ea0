using System.Text.Json;
using Synapse.Errors;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads the tokenizer of a model's folder.</summary>
internal static class TokenizerFolder
{
    private static readonly string[] UsualPadTokens = ["[PAD]", "<pad>", "<|endoftext|>"];

    public static TokenizerParts Read(string folder)
    {
        var json = Path.Combine(folder, "tokenizer.json");
        var vocabulary = Path.Combine(folder, "vocab.txt");
        var path = File.Exists(json) ? json : vocabulary;
        if (!File.Exists(path))
        {
            throw new ModelFormatException(json, "there is neither this file nor a vocab.txt beside it");
        }

        try
        {
            using var settings = new FolderSettings(folder);
            return path == json ? ReadJson(path, settings) : VocabularyReader.Read(path, settings);
        }
        catch (InvalidDataException wrong)
        {
            throw new ModelFormatException(path, wrong.Message, wrong);
        }
    }

    /// <summary>The id that fills up short texts: what the settings name, else what the file has, else the usual ones.</summary>
    public static int PadIdOf(FolderSettings settings, int? fromFile, Func<string, int> find)
    {
        if (settings.Token("pad_token") is { } named && find(named) is >= 0 and var id)
        {
            return id;
        }

        return fromFile ?? Math.Max(0, UsualPadTokens.Select(find).FirstOrDefault(static usual => usual >= 0));
    }

    private static TokenizerParts ReadJson(string path, FolderSettings settings)
    {
        using var document = ModelFiles.ReadJson(path);
        var root = document.RootElement;
        var model = SubwordReader.Read(root.Require("model"));
        var normalizer = root.Find("normalizer") is { } normalizing ? NormalizerReader.Read(normalizing) : null;
        var added = AddedTokenReader.Read(root, model, normalizer);
        var (single, pair) = TemplateReader.Read(root.Find("post_processor"));
        var truncation = root.Find("truncation");
        int? padId = root.Find("padding")?.Find("pad_id") is { } id ? ModelJson.AsId(id, "pad_id") : null;
        return new TokenizerParts(path, model)
        {
            Normalizer = normalizer,
            Splitter = root.Find("pre_tokenizer") is { } splitting ? SplitterReader.Read(splitting) : null,
            RawTokens = added.Raw,
            NormalizedTokens = added.Normalized,
            Single = single,
            Pair = pair,
            PadId = PadIdOf(settings, padId, token => added.Ids.GetValueOrDefault(token, model.Find(token))),
            MaxLength = settings.MaxLength ?? (truncation?.Find("max_length") is { ValueKind: JsonValueKind.Number } length ? FolderSettings.Sensible(length.GetDouble()) : null),
            CutsStart = settings.CutsStart ?? (truncation?.TextOrNull("direction") == "Left"),
        };
    }
}
