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

    [Fact]
    public async Task Normalizers_treat_runs_of_marks_letters_and_syllables_as_the_reference_does()
    {
        (int First, int Last)[] ranges = [(0x300, 0x36F), (0x300, 0x34F), (0x41, 0x7A), (0xC0, 0x17F), (0x591, 0x5C7), (0x610, 0x65F), (0x900, 0xDFF), (0xE30, 0xFBF), (0x1100, 0x11FF), (0x1DC0, 0x1FFF),
            (0x20D0, 0x20F0), (0x2100, 0x214F), (0x302A, 0x309A), (0xAC00, 0xAC3F), (0xFB00, 0xFB4F), (0xFE00, 0xFE2F), (0xFF01, 0xFFBE), (0x11127, 0x11132), (0x1D15E, 0x1D1AD), (0x1F1E6, 0x1F1FF), (0x1F3FB, 0x1F3FF), (0x200B, 0x200F), (0x600, 0x606), (0x0A, 0x0D)];
        var random = new Random(9);
        var texts = Enumerable.Range(0, 1_000).Select(_ => string.Concat(Enumerable.Range(0, 40).Select(_ =>
        {
            var (first, last) = ranges[random.Next(ranges.Length)];
            return new Rune(random.Next(first, last + 1)).ToString();
        }))).ToList();
        JsonObject[] normalizers = [Step("NFC"), Step("NFD"), Step("NFKC"), Step("NFKD"), TinyTokenizers.Bert(), TinyTokenizers.Precompiled()];
        var compared = await GoldenTokenizers.CompareAsync(
            [.. normalizers.Select(static step => new TinyTokenizer((string)step["type"]!, Json(Model(), step, TinyTokenizers.ByteLevel(addPrefixSpace: false), null)))], texts, steps: true, [], [], TestContext.Current.CancellationToken);
        Assert.Equal(normalizers.Length * texts.Count, compared);
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
