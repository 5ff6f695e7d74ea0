using System.Text.Json.Nodes;
using Synapse.LocalModels.Tokenizing;
using Synapse.LocalModels.Tokenizing.Unicode;
using static Synapse.ModelGolden.Tests.Tokenizing.TinyTokenizer;

namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>Small tokenizers of the kinds that model folders have.</summary>
internal static class TinyTokenizers
{
    private const string Gpt4Pattern = @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";
    private const string ClipPattern = @"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+";

    public static IReadOnlyList<TinyTokenizer> WordPieces()
    {
        var pieces = TinyVocabularies.WordPieces();
        JsonObject Model(int max = 100) => TinyVocabularies.WordPiece(pieces, max);
        JsonObject[] Special() => [.. pieces.Take(5).Select(static (token, id) => Added(id, token))];
        return
        [
            new("bert-uncased", Json(Model(), Bert(), Step("BertPreTokenizer"), BertTemplate(), Special())),
            new("bert-cased", Json(Model(), Bert(lowercase: false), Step("BertPreTokenizer"), BertProcessing(), Special())),
            new("bert-accents", Json(Model(40), Bert(lowercase: false, stripAccents: true, chinese: false), Step("BertPreTokenizer"), null, Special())) { CutsStart = true, Files = Cut(Json(Model(40), Bert(lowercase: false, stripAccents: true, chinese: false), Step("BertPreTokenizer"), null, Special())) },
            new("bert-raw", Json(Model(), Bert(lowercase: true, stripAccents: false, clean: false), Step("BertPreTokenizer"), BertTemplate(), Special())),
            new("words", Json(Model(), Sequence("normalizers", Step("NFD"), Step("Lowercase"), Step("StripAccents")), Step("Whitespace"), BertTemplate(), Special())),
            new("nmt", Json(Model(),
                Sequence("normalizers", Step("Nmt"), Step("NFKC"), Step("Replace", ("pattern", new JsonObject { ["String"] = "dog" }), ("content", "cat")), Step("Strip", ("strip_left", true), ("strip_right", true))),
                Sequence("pretokenizers", Step("WhitespaceSplit"), Step("Punctuation", ("behavior", "MergedWithNext")), Step("Digits", ("individual_digits", true))), BertTemplate(), Special())),
            new("added", Json(Model(), Bert(), Step("BertPreTokenizer"), BertTemplate(),
                [.. Special(), Added(900, "Day", special: false, normalized: true), Added(901, "word", special: false, singleWord: true), Added(902, "<mask>", lstrip: true, rstrip: true), Added(903, "quick brown", special: false), Added(904, "quick", special: false)])),
            VocabularyFile(pieces),
        ];
    }

    public static IReadOnlyList<TinyTokenizer> BytePairs()
    {
        string[] special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
        JsonObject Bytes(bool isLegacy = false) => TinyVocabularies.Bpe(
            [.. TinyVocabularies.Characters(static word => TinyVocabularies.Bytes(" " + word).Select(static c => c.ToString())), (TinyVocabularies.AllBytes().ToList(), 0)],
            special, 250, isLegacy: isLegacy);
        JsonObject[] Special(JsonObject model) => [.. special.Select(token => Added(TinyVocabularies.IdOf(model, token), token, lstrip: token == "<mask>", normalized: token == "<s>"))];
        var (roberta, prefixed, llama3) = (Bytes(isLegacy: true), Bytes(), Bytes());
        llama3["ignore_merges"] = true;
        var llama2 = TinyVocabularies.Bpe(
            [.. TinyVocabularies.Characters(static word => TinyVocabularies.Runes("▁" + word))], [.. special, .. Enumerable.Range(0, 256).Select(static value => $"<0x{value:X2}>")], 200);
        (llama2["unk_token"], llama2["byte_fallback"], llama2["fuse_unk"]) = ("<unk>", true, true);
        var fused = TinyVocabularies.Bpe([.. TinyVocabularies.Characters(static word => TinyVocabularies.Runes("▁" + word)).Take(60)], special, 100);
        (fused["unk_token"], fused["fuse_unk"]) = ("<unk>", true);
        var partial = TinyVocabularies.Bpe([.. TinyVocabularies.Characters(static word => TinyVocabularies.Runes("▁" + word)).Take(60)], [.. special, "<0xF0>", "<0xC3>", "<0xA9>", "<0xE6>"], 100);
        (partial["unk_token"], partial["byte_fallback"]) = ("<unk>", true);
        var clip = TinyVocabularies.Bpe(TinyVocabularies.Characters(static word => { var bytes = TinyVocabularies.Bytes(word.ToLowerInvariant()).Select(static c => c.ToString()).ToArray(); bytes[^1] += "</w>"; return bytes; }), special, 200);
        (clip["unk_token"], clip["end_of_word_suffix"]) = ("<unk>", "</w>");
        var inner = TinyVocabularies.Bpe(TinyVocabularies.Characters(static word => TinyVocabularies.Runes(word).Select(static (rune, index) => index > 0 ? "##" + rune : rune)), special, 200, prefix: "##");
        (inner["unk_token"], inner["continuing_subword_prefix"]) = ("<unk>", "##");
        return
        [
            new("roberta", Json(roberta, null, ByteLevel(false), Roberta(roberta), Special(roberta))),
            new("roberta-prefixed", Json(prefixed, null, ByteLevel(true), Roberta(prefixed), Special(prefixed))),
            new("llama3", Json(llama3, null, Sequence("pretokenizers", Split(Gpt4Pattern, "Isolated"), ByteLevel(false, useRegex: false)),
                Sequence("processors", Step("ByteLevel", ("add_prefix_space", true), ("trim_offsets", false), ("use_regex", true)), Template(llama3, ["<s>", "$A"], ["<s>", "$A", "<s>", "$B:1"])), Special(llama3))),
            new("llama2", Json(llama2, Sequence("normalizers", Step("Prepend", ("prepend", "▁")), Step("Replace", ("pattern", new JsonObject { ["String"] = " " }), ("content", "▁"))), null, Template(llama2, ["<s>", "$A"], ["<s>", "$A", "<s>:1", "$B:1"]), Special(llama2))),
            new("metaspace-first", Json(fused, null, Metaspace("first", split: true), Template(fused, ["<s>", "$A", "</s>"], ["<s>", "$A", "</s>", "$B", "</s>"]), Special(fused))),
            new("metaspace-partial-bytes", Json(partial, null, Metaspace("never", split: false), Template(partial, ["$A", "</s>"], ["$A", "</s>", "$B", "</s>"]), Special(partial))),
            new("clip", Json(clip, Sequence("normalizers", Step("NFC"), Step("Replace", ("pattern", new JsonObject { ["Regex"] = @"\s+" }), ("content", " ")), Step("Lowercase")),
                Sequence("pretokenizers", Split(ClipPattern, "Removed", invert: true), ByteLevel(false, useRegex: true)), Roberta(clip), Special(clip))),
            new("inner-prefix", Json(inner, Step("NFKC"), Sequence("pretokenizers", Step("WhitespaceSplit"), Step("Digits", ("individual_digits", false))), Template(inner, ["<s>", "$A"], ["<s>", "$A", "$B:1"]), Special(inner))),
        ];
    }

    public static IReadOnlyList<TinyTokenizer> Unigrams()
    {
        string[] special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"];
        JsonObject[] Special() => [.. special.Select(static (token, id) => Added(id, token, lstrip: token == "<mask>", normalized: token == "<unk>"))];
        var model = TinyVocabularies.Unigram(special, withBytes: false);
        var bytes = TinyVocabularies.Unigram(special, withBytes: true);
        var pair = Template(model, ["<s>", "$A", "</s>"], ["<s>", "$A", "</s>", "</s>", "$B", "</s>"]);
        JsonObject Copy(JsonNode node) => node.DeepClone().AsObject();
        return
        [
            new("xlm-roberta", Json(Copy(model), Sequence("normalizers", Precompiled(), Step("Replace", ("pattern", new JsonObject { ["Regex"] = " {2,}" }), ("content", " "))), Metaspace("always", split: true), Copy(pair), Special())),
            new("xlm-roberta-old", Json(Copy(model), Precompiled(), Sequence("pretokenizers", Step("WhitespaceSplit"), Step("Metaspace", ("replacement", "▁"), ("add_prefix_space", true), ("str_rep", "▁"))), Copy(pair), Special())),
            new("unigram-bytes", Json(bytes, Step("NFKC"), Metaspace("first", split: false), Copy(pair), Special())),
            new("unigram-never", Json(Copy(model), Sequence("normalizers", Step("NFKD"), Step("Lowercase"), Step("StripAccents")), Step("Metaspace", ("replacement", "▁"), ("add_prefix_space", false), ("prepend_scheme", "never")), Copy(pair), Special())),
            // Read to the nearest double, "ab" and "a" with "b" have the same score; as the reference reads them, "ab" has less.
            new("unigram-tie", Json(JsonNode.Parse("""{"type":"Unigram","unk_id":0,"vocab":[["<unk>",-20],["a",0],["b",-12.7773753160371752],["ab",-12.777375316037175]]}""")!, null, null, null)),
            new("unigram-whole", Json(Copy(model), Step("NFC"), null, null, Special())),
        ];
    }

    public static JsonObject Bert(bool lowercase = true, bool? stripAccents = null, bool chinese = true, bool clean = true)
        => Step("BertNormalizer", ("clean_text", clean), ("handle_chinese_chars", chinese), ("strip_accents", stripAccents), ("lowercase", lowercase));

    public static JsonObject Split(string pattern, string behavior, bool invert = false)
        => Step("Split", ("pattern", new JsonObject { ["Regex"] = pattern }), ("behavior", behavior), ("invert", invert));

    public static JsonObject ByteLevel(bool addPrefixSpace, bool useRegex = true)
        => Step("ByteLevel", ("add_prefix_space", addPrefixSpace), ("trim_offsets", true), ("use_regex", useRegex));

    public static JsonObject Metaspace(string scheme, bool split) => Step("Metaspace", ("replacement", "▁"), ("prepend_scheme", scheme), ("split", split));

    /// <summary>A map of compatible characters, as SentencePiece's <c>nmt_nfkc</c> has it, and of some sequences.</summary>
    public static JsonObject Precompiled()
    {
        var replacements = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["\r\n"] = " ", ["\t"] = " ", ["\n"] = " ", ["\u200B"] = " ", ["\u0001"] = "", ["\u00AD"] = "", ["e\u0301"] = "é", ["▁"] = " " };
        for (var code = 0xA0; code < 0x10000; code++)
        {
            if (code is >= 0xD800 and < 0xE000)
            {
                continue;
            }

            var output = new CharBuffer();
            NormalForm.Append([(char)code], isCompatible: true, isComposed: true, output);
            if (!output.Span.SequenceEqual([(char)code]))
            {
                replacements[((char)code).ToString()] = output.Span.ToString();
            }
        }

        return Step("Precompiled", ("precompiled_charsmap", CharacterMap.Write(replacements)));
    }

    private static JsonObject BertTemplate()
        => Template(TinyVocabularies.WordPiece(["[PAD]", "[UNK]", "[CLS]", "[SEP]"]), ["[CLS]", "$A", "[SEP]"], ["[CLS]", "$A", "[SEP]", "$B:1", "[SEP]:1"]);

    private static JsonObject BertProcessing() => Step("BertProcessing", ("sep", new JsonArray("[SEP]", 3)), ("cls", new JsonArray("[CLS]", 2)));

    private static JsonObject Roberta(JsonObject model)
        => Step("RobertaProcessing", ("sep", new JsonArray("</s>", TinyVocabularies.IdOf(model, "</s>"))), ("cls", new JsonArray("<s>", TinyVocabularies.IdOf(model, "<s>"))), ("trim_offsets", true), ("add_prefix_space", false));

    private static JsonObject Template(JsonObject model, string[] single, string[] pair)
    {
        var tokens = new JsonObject();
        foreach (var token in single.Concat(pair).Select(static piece => piece.Split(':')[0]).Where(static piece => !piece.StartsWith('$')).Distinct())
        {
            tokens[token] = new JsonObject { ["id"] = token, ["ids"] = new JsonArray(TinyVocabularies.IdOf(model, token)), ["tokens"] = new JsonArray(token) };
        }

        return Step("TemplateProcessing", ("single", Slots(single)), ("pair", Slots(pair)), ("special_tokens", tokens));
    }

    private static JsonArray Slots(string[] pieces) => new([.. pieces.Select(static piece =>
    {
        var parts = piece.Split(':');
        var slot = new JsonObject { ["id"] = parts[0].TrimStart('$'), ["type_id"] = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 0 };
        return new JsonObject { [parts[0].StartsWith('$') ? "Sequence" : "SpecialToken"] = slot };
    })]);

    private static Dictionary<string, string> Cut(JsonObject json)
        => new() { ["tokenizer.json"] = json.ToJsonString(), ["tokenizer_config.json"] = """{"truncation_side":"left","model_max_length":1000000000000000019884624838656}""" };

    private static TinyTokenizer VocabularyFile(IReadOnlyList<string> pieces)
        => new("vocab.txt", Json(TinyVocabularies.WordPiece(pieces), Bert(lowercase: false), Step("BertPreTokenizer"), BertTemplate(), [.. pieces.Take(5).Select(static (token, id) => Added(id, token))]))
        {
            Files = new Dictionary<string, string>
            {
                ["vocab.txt"] = string.Join('\n', pieces) + "\n",
                ["tokenizer_config.json"] = """{"do_lower_case":false,"model_max_length":512}""",
                ["special_tokens_map.json"] = """{"pad_token":"[PAD]","unk_token":{"content":"[UNK]"}}""",
            },
        };
}
