using System.Text.Json;
using Synapse.LocalModels.Tokenizing.Normalizing;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads the part <c>normalizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class NormalizerReader
{
    // Base64 of a map; the usual ones have some 300 KB.
    private const int MaxMapLength = 32 << 20;

    public static Normalizer Read(JsonElement json) => json.Text("type") switch
    {
        "Sequence" => new NormalizerSequence([.. json.Items("normalizers").Select(Read)]),
        "BertNormalizer" => ReadBert(json),
        "NFC" => new UnicodeNormalizer(isCompatible: false, isComposed: true),
        "NFD" => new UnicodeNormalizer(isCompatible: false, isComposed: false),
        "NFKC" => new UnicodeNormalizer(isCompatible: true, isComposed: true),
        "NFKD" => new UnicodeNormalizer(isCompatible: true, isComposed: false),
        "Lowercase" => new LowercaseNormalizer(),
        "StripAccents" => new StripAccentsNormalizer(),
        "Strip" => new StripNormalizer(json.Flag("strip_left"), json.Flag("strip_right")),
        "Replace" => new ReplaceNormalizer(PatternReader.Read(json.Require("pattern")), json.Text("content")),
        "Prepend" => new PrependNormalizer(json.Text("prepend")),
        "Nmt" => new NmtNormalizer(),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Precompiled" => ReadPrecompiled(json.Require("precompiled_charsmap")),
        var unknown => throw new InvalidDataException($"its normaliser '{unknown}' is not known"),
    };

    private static BertNormalizer ReadBert(JsonElement json)
    {
        var lowercases = json.Flag("lowercase");
        return new BertNormalizer(json.Flag("clean_text"), json.Flag("handle_chinese_chars"), json.Flag("strip_accents", lowercases), lowercases);
    }

    private static PrecompiledNormalizer ReadPrecompiled(JsonElement map)
        => map.ValueKind == JsonValueKind.String && map.GetRawText().Length <= MaxMapLength && map.TryGetBytesFromBase64(out var bytes)
            ? new PrecompiledNormalizer(bytes)
            : throw new InvalidDataException("its character map is not base64, or too large");
}
