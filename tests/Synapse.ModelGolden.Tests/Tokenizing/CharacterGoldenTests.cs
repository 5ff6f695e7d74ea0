using System.Text;
using System.Text.Json.Nodes;
using static Synapse.ModelGolden.Tests.Tokenizing.TinyTokenizer;

namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>Every character of every plane that has any, through every step that looks at characters.</summary>
public sealed class CharacterGoldenTests
{
    private const int TextCharacters = 256;

    [Fact]
    public async Task Normalizers_and_splitters_treat_every_character_as_the_reference_does()
    {
        var texts = Texts();
        JsonObject[] normalizers = [TinyTokenizers.Bert(), TinyTokenizers.Bert(lowercase: false, stripAccents: false), Step("NFC"), Step("NFD"), Step("NFKC"), Step("NFKD"), Step("Lowercase"), Step("StripAccents"), Step("Nmt"), TinyTokenizers.Precompiled()];
        JsonObject[] splitters =
        [
            Step("BertPreTokenizer"), Step("Whitespace"), Step("WhitespaceSplit"), Step("Digits", ("individual_digits", false)), Step("Punctuation", ("behavior", "Contiguous")),
            TinyTokenizers.ByteLevel(addPrefixSpace: true), TinyTokenizers.Split(@"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+", "MergedWithPrevious"),
            TinyTokenizers.Split(@"\w+|[^\w\s]+", "Removed", invert: true), TinyTokenizers.Split(@"\d+|\W", "MergedWithNext"), TinyTokenizers.Split(@"\p{Lu}[\p{Ll}\p{M}]*|\p{P}|\p{S}|\p{Z}", "Isolated"),
        ];
        var tokenizers = normalizers.Zip(splitters, (normalizer, splitter) => (TinyTokenizer[])[
            new((string)normalizer["type"]!, Json(Model(), normalizer.DeepClone(), null, null)), new((string)splitter["type"]! + " " + splitter["pattern"]?.ToJsonString(), Json(Model(), null, splitter.DeepClone(), null))]).SelectMany(static pair => pair).ToList();
        var compared = await GoldenTokenizers.CompareAsync(tokenizers, texts, steps: true, [], [], TestContext.Current.CancellationToken);
        Assert.Equal(20 * texts.Count, compared);
        Assert.True(texts.Count > 700, "Hardly any character was looked at.");
    }

    private static JsonObject Model() => TinyVocabularies.WordPiece(["[UNK]", "a"]);

    /// <summary>All characters up to the ideographs of the third plane and a few of the last ones, each beside a letter, a digit, a blank and an apostrophe.</summary>
    private static List<string> Texts()
    {
        var texts = new List<string>();
        var text = new StringBuilder();
        var count = 0;
        foreach (var codePoint in Enumerable.Range(1, 0x323FF).Concat(Enumerable.Range(0xE0000, 0x200)).Concat(Enumerable.Range(0xF0000, 0x80)).Concat(Enumerable.Range(0x10FF80, 0x80)))
        {
            if (!Rune.TryCreate(codePoint, out var rune))
            {
                continue;
            }

            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"a{rune}1 '{rune} ");
            if (++count % TextCharacters == 0)
            {
                texts.Add(text.ToString());
                text.Clear();
            }
        }

        texts.Add(text.ToString());
        return texts;
    }
}
