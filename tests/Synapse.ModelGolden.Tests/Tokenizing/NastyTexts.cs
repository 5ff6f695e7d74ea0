using System.Text;

namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>Texts that tokenizers disagree about.</summary>
internal static class NastyTexts
{
    private static readonly string[] Fragments =
    [
        "the", "quick", "dogs", "Documents", "PARSE", "parseHttpResponse", "é", "e\u0301", "ü", "ß", "İ", "ı", "Σ", "ς", "ﬁ", "①", "Ａ", "½", "漢", "字", "東京",
        "한", "\u1112\u1161\u11AB", "ก็", "ที่", "ب\u064E", "😀", "👍🏽", "👩\u200D👩\u200D👧", "🇩🇪", "❤\uFE0F", "1\uFE0F\u20E3", "\u200B", "\u200D", "\uFEFF", "\u00A0", "\u3000", "\u2028",
        "\t", "\n", "\r\n", " ", "  ", "   ", ".", ",", "!", "'s", "'ll", "'", "\"", "-", "_", "[CLS]", "[MASK]", "<s>", "</s>", "<mask>", "<unk>", "word", "Day", "12", "3.14", "1,000", "٣", "Ⅷ",
        "\0", "\u0001", "\u0085", "\u00AD", "\u0378", "\uE000", "\uFFFD", "\uD800", "\uDC00", "𝒳", "𠀀", "𐐀", "\U0001F130", "▁", "Ġ", "##s", "\u0300", "\u0327\u0301", "\u0301\u0327", "K", "ſ", "Å", "¨", "™", "€",
    ];

    /// <summary>Texts chosen by hand.</summary>
    public static IReadOnlyList<string> Chosen { get; } =
    [
        "", " ", "   ", "\t\n\r\n ", "a", "Hello, World!", "the quick brown fox jumps over the lazy dog",
        "The Quick BROWN fOx", "caf\u00E9 cafe\u0301 CAFÉ CAFE\u0301", "Größe GROSSE Straße STRASSE ẞ", "İstanbul ISTANBUL ılık", "ΣΟΦΟΣ σοφός ΣΟΦΌΣ Σ", "敏捷的棕色狐狸 jumps 跳过懒狗。「東京」",
        "日本語の文書を検索する", "빠른 갈색 여우가 \u1107\u1161\u11AF", "สุนัขจิ้งจอกสีน้ำตาล", "الثَّعْلَبُ البُنِّيُّ", "שָׁלוֹם עוֹלָם", "हिन्दी में लिखा हुआ क्षत्रिय", "Tiếng Việt có dấu",
        "👩\u200D👩\u200D👧\u200D👦 👍🏽 ❤\uFE0F 🇩🇪🇫🇷 1\uFE0F\u20E3", "a\u0000b\u0001c\u007Fd\u0085e", "zero\u200Bwidth\u200Djoin\u200Cer \uFEFFbom", "non\u00A0breaking\u3000ideographic\u2003em\u202Fnarrow",
        "tabs\tand\nnew\r\nlines\u2028sep\u2029", "lone \uD800 high and \uDC00 low \uD800", "\uD83D", new string('a', 10_000), new string('é', 300), string.Concat(Enumerable.Repeat("漢字", 200)),
        "[CLS] already here [SEP] and [MASK] or [mask] [UNK] [PAD]", "<s>already</s> <mask>and   <mask>   <unk> <pad>", "x<mask>y [MASK]z a[SEP]b", "Day day Monday DAY, Days word sword words WORD word",
        "1234567890 3.14159 1,000,000 12:30 2024-12-31 ٣٤٥ Ⅷ ½ ²", "https://example.org/docs?id=7&x=%20#frag user@mail.example", "for (int i = 0; i < n; ++i) { a[i] += b[i] * 0x1F; }\n\treturn a; // done",
        "parseHTTPResponse snake_case kebab-case camelCase __init__", "ＦＵＬＬ ｗｉｄｔｈ １２３ ﾊﾝｶｸ", "ﬁrst ﬂoor oﬃce ĳ Ǆ ŉ", "It's we've I'll he'd they're I'm don't 's 'S ''s '", "¿Qué? ¡Sí! «guillemets» „quotes“ — dash … ‰ §",
        "  leading and trailing  ", "double  spaces   triple", "▁underscore ▁ ▁▁ ##ing # ##", "𝒳𝓎𝔷 𠀀𪚥 𐐀𐐨 \U0001F130", "ﷺ ㎏ ㍿ ™ ℃", "Å Å A\u030A ≠ =\u0338", "\u0344 \u0F73 \u1E9B\u0323 q\u0307\u0323",
        "\u0300start with mark", "a\u0315\u0300\u05AE\u0300b", "가각힣 ㄱㅏ ᄀ", "\u00AD soft\u00ADhyphen", "ſ long Kelvin K ohm Ω", "e\u0301\u0301\u0301\u0301", "\u0600\u06DD1 \u08E2", "\u1885\u1886 \u1734 \uA9BD \u166D",
        "emoji 😀😀😀 in a row", "...!!!???", "a.b,c;d:e", "(nested [brackets {here}])", "\\n \\t \"quoted\" 'single'", "the the the the", "thequickbrownfox", "dogs’ “smart” quotes", "\r", "\r\n", "\n\n\n", " \n \n ", "a\r\nb",
        "word\u0301 word\u200D word1 wordé", "ab", " <mask> ", "<mask><mask>", "\u3000<mask>\u00A0", "[MASK]Day[MASK]",
    ];

    /// <summary>Texts put together at random, always the same.</summary>
    public static IReadOnlyList<string> Random(int count)
    {
        var random = new Random(20_24);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var text = new StringBuilder();
            for (var left = random.Next(1, 24); left > 0; left--)
            {
                text.Append(Fragments[random.Next(Fragments.Length)]);
                text.Append(random.Next(3) == 0 ? " " : "");
            }

            return text.ToString();
        })];
    }
}
