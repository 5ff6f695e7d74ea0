using System.Text.Json;
using Synapse.LocalModels.Tokenizing.Splitting;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads the part <c>pre_tokenizer</c> of a <c>tokenizer.json</c>.</summary>
internal static class SplitterReader
{
    public static Splitter Read(JsonElement json) => json.Text("type") switch
    {
        "Sequence" => new SplitterSequence([.. json.Items("pretokenizers").Select(Read)]),
        "BertPreTokenizer" => new BertSplitter(),
        "Whitespace" => new WordSplitter(),
        "WhitespaceSplit" => new CharacterSplitter(static character => CharacterTraits.Has(character, CharacterTrait.Whitespace), DelimiterBehavior.Removed),
        "ByteLevel" => new ByteLevelSplitter(json.Flag("add_prefix_space"), json.Flag("use_regex", true)),
        "Metaspace" => ReadMetaspace(json),
        "Split" => new PatternSplitter(PatternReader.Read(json.Require("pattern")), BehaviorOf(json.Text("behavior")), json.Flag("invert")),
        "Punctuation" => new CharacterSplitter(
            static character => CharacterTraits.Has(character, CharacterTrait.Punctuation), BehaviorOf(json.Text("behavior", "Isolated"))),
        "Digits" => new CharacterSplitter(
            CharacterTraits.IsNumeric, json.Flag("individual_digits") ? DelimiterBehavior.Isolated : DelimiterBehavior.Contiguous),
        var unknown => throw new InvalidDataException($"its pre-tokeniser '{unknown}' is not known"),
    };

    private static DelimiterBehavior BehaviorOf(string name) => name switch
    {
        "Removed" => DelimiterBehavior.Removed,
        "Isolated" => DelimiterBehavior.Isolated,
        "MergedWithPrevious" => DelimiterBehavior.MergedWithPrevious,
        "MergedWithNext" => DelimiterBehavior.MergedWithNext,
        "Contiguous" => DelimiterBehavior.Contiguous,
        _ => throw new InvalidDataException($"'behavior' is '{name}', which is not known"),
    };

    private static MetaspaceSplitter ReadMetaspace(JsonElement json)
    {
        var scheme = json.TextOrNull("prepend_scheme") switch
        {
            // Files from before prepend_scheme have add_prefix_space alone.
            null => json.Flag("add_prefix_space", true) ? PrefixScheme.Always : PrefixScheme.Never,
            "always" => PrefixScheme.Always,
            "first" => PrefixScheme.First,
            "never" => PrefixScheme.Never,
            var unknown => throw new InvalidDataException($"'prepend_scheme' is '{unknown}', which is not known"),
        };
        if (scheme != PrefixScheme.Never && !json.Flag("add_prefix_space", true))
        {
            throw new InvalidDataException("'add_prefix_space' and 'prepend_scheme' contradict each other");
        }

        var replacement = json.Text("replacement");
        return replacement.EnumerateRunes().Count() == 1
            ? new MetaspaceSplitter(replacement, scheme, json.Flag("split", true))
            : throw new InvalidDataException("'replacement' is not one character");
    }
}
