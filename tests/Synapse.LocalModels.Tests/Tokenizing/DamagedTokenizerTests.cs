using Synapse.Errors;
using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Tests.Tokenizing;

public sealed class DamagedTokenizerTests
{
    [Fact]
    public void A_folder_without_a_tokenizer_is_refused()
    {
        using var folder = ModelFolder.With(("model.onnx", ""));

        var error = Assert.Throws<ModelFormatException>(() => TextTokenizer.Load(folder.Path));
        Assert.Equal("model_invalid", error.Code);
        Assert.Contains("vocab.txt", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{", "not JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("{}", "'model' is missing")]
    [InlineData("""{"model":7}""", "'type' is missing|no type")]
    [InlineData("""{"model":{"type":"Magic"}}""", "'Magic' is not known")]
    public void Other_files_are_refused(string json, string reason) => Refuses(json, reason);

    [Theory]
    [InlineData("\"[PAD]\":0", "\"[PAD]\":-1", "not an id")]
    [InlineData("\"[PAD]\":0", "\"[PAD]\":4294967296", "not an id")]
    [InlineData("\"[PAD]\":0", "\"[PAD]\":99999999", "not an id")]
    [InlineData("\"[PAD]\":0", "\"[PAD]\":\"0\"", "not an id")]
    [InlineData("\"[PAD]\":0", "\"[PAD]\":1.5", "not an id")]
    [InlineData("\"[UNK]\":1,", "", "lacks the token '[UNK]'")]
    [InlineData("\"unk_token\":\"[UNK]\",", "", "'unk_token' is missing")]
    [InlineData("\"the\":4", "\"\\uD800\":4", "Unicode")]
    [InlineData("[\"[CLS]\",2]", "[\"[CLS]\",-2]", "not an id")]
    [InlineData("[\"[CLS]\",2]", "\"[CLS]\"", "'cls' is not a list")]
    [InlineData("\"BertProcessing\"", "\"MagicProcessing\"", "'MagicProcessing' is not known")]
    [InlineData("\"BertPreTokenizer\"", "\"MagicPreTokenizer\"", "'MagicPreTokenizer' is not known")]
    [InlineData("\"BertNormalizer\"", "\"MagicNormalizer\"", "'MagicNormalizer' is not known")]
    [InlineData("\"lowercase\":true", "\"lowercase\":\"yes\"", "'lowercase' is neither")]
    [InlineData("\"single_word\":false", "\"single_word\":3", "'single_word' is neither")]
    [InlineData("{\"type\":\"BertPreTokenizer\"}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"(\"},\"behavior\":\"Isolated\",\"invert\":false}", "cannot be read")]
    [InlineData("{\"type\":\"BertPreTokenizer\"}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[a&&b]\"},\"behavior\":\"Isolated\",\"invert\":false}", "not supported")]
    [InlineData("{\"type\":\"BertPreTokenizer\"}", "{\"type\":\"Split\",\"pattern\":{\"Regex\":\"[[:alpha:]]\"},\"behavior\":\"Isolated\",\"invert\":false}", "not supported")]
    [InlineData("{\"type\":\"BertPreTokenizer\"}", "{\"type\":\"Metaspace\",\"replacement\":\"__\"}", "'replacement' is not one character")]
    [InlineData("{\"type\":\"BertPreTokenizer\"}", "{\"type\":\"Metaspace\",\"replacement\":\"_\",\"add_prefix_space\":false,\"prepend_scheme\":\"always\"}", "contradict")]
    public void A_wrong_value_is_refused_with_its_name(string found, string replacement, string reason)
    {
        Assert.Contains(found, ModelFolder.Bert, StringComparison.Ordinal);
        Refuses(ModelFolder.Bert.Replace(found, replacement, StringComparison.Ordinal), reason);
    }

    [Theory]
    [InlineData("\"a a\"", "\"a b\"", "'b', which is not in its vocabulary|'ab', which is not in its vocabulary")]
    [InlineData("\"a a\"", "\"a\"", "not a pair")]
    [InlineData("\"a a\"", "[\"a\"]", "not a pair")]
    [InlineData("\"a a\"", "7", "not a pair")]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"BPE\",\"dropout\":0.5", "random")]
    [InlineData("\"type\":\"BPE\"", "\"type\":\"BPE\",\"continuing_subword_prefix\":\"##\"", "lacks the prefix")]
    [InlineData("\"unk_token\":\"<unk>\"", "\"unk_token\":\"<none>\"", "lacks the token '<none>'")]
    public void A_wrong_byte_pair_encoding_is_refused(string found, string replacement, string reason)
        => Refuses(SmallModels.Bpe.Replace(found, replacement, StringComparison.Ordinal), reason);

    [Theory]
    [InlineData("\"unk_id\":0", "\"unk_id\":6", "outside of the vocabulary")]
    [InlineData("\"unk_id\":0", "\"unk_id\":null", "'unk_id' is missing")]
    [InlineData("[\"a\",-2.5]", "[\"a\"]", "not a piece with its score")]
    [InlineData("[\"a\",-2.5]", "[\"a\",\"-2.5\"]", "not a piece with its score")]
    [InlineData("[\"a\",-2.5]", "[\"a\",-1e999]", "not finite")]
    [InlineData("{\"type\":\"NFKC\"}", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"%%%\"}", "not base64")]
    [InlineData("{\"type\":\"NFKC\"}", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"AAAA\"}", "damaged")]
    [InlineData("{\"type\":\"NFKC\"}", "{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"/////w==\"}", "damaged")]
    public void A_wrong_unigram_model_is_refused(string found, string replacement, string reason)
        => Refuses(SmallModels.Unigram.Replace(found, replacement, StringComparison.Ordinal), reason);

    [Fact]
    public void A_file_nested_too_deep_is_refused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"type":"Sequence","normalizers":[""", 10_000)) + string.Concat(Enumerable.Repeat("]}", 10_000));

        Refuses(ModelFolder.Bert.Replace("""{"type":"BertPreTokenizer"}""", deep, StringComparison.Ordinal), "not JSON");
    }

    [Fact]
    public void Merges_that_lead_in_a_circle_end()
    {
        // With the prefix #, "a" and "#" merge to "a" again; what merges still gets shorter with each merge.
        var tokenizer = ModelFolder.Load(("tokenizer.json", """
            {"model":{"type":"BPE","continuing_subword_prefix":"#","vocab":{"a":0,"#":1,"#a":2,"##":3},"merges":[["a","#"]]}}
            """));

        Assert.Equal([0, 2], tokenizer.Encode("aa", 10).Ids);
        Assert.True(tokenizer.Count(string.Concat(Enumerable.Repeat("a#", 5_000))) <= 10_000);
    }

    [Fact]
    public void A_normaliser_that_grows_texts_without_end_is_stopped()
    {
        var grow = """{"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaaaaaaaa"}""";
        var tokenizer = ModelFolder.Load(("tokenizer.json", ModelFolder.Bert.Replace(
            """{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true}""",
            $$"""{"type":"Sequence","normalizers":[{{string.Join(',', Enumerable.Repeat(grow, 20))}}]}""", StringComparison.Ordinal)));

        var error = Assert.Throws<ModelFormatException>(() => tokenizer.Encode("a", 10));
        Assert.Contains("longer", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_character_map_that_leads_outside_of_itself_changes_nothing()
    {
        // Units of random bytes: wherever they lead, the text is read on.
        var random = new Random(3);
        for (var round = 0; round < 200; round++)
        {
            var map = new byte[4 + (4 * 64) + 32];
            random.NextBytes(map);
            BitConverter.TryWriteBytes(map, 4 * 64);
            map.AsSpan(4 + (4 * 64)).Fill((byte)'x');
            var tokenizer = ModelFolder.Load(("tokenizer.json", SmallModels.Unigram.Replace(
                """{"type":"NFKC"}""", $$"""{"type":"Precompiled","precompiled_charsmap":"{{Convert.ToBase64String(map)}}"}""", StringComparison.Ordinal)));

            Assert.InRange(tokenizer.Count("a text with é, 漢字 and 😀\r\n"), 1, 2_000);
        }
    }

    [Fact]
    public void Wrong_settings_are_refused_with_the_name_of_their_file()
    {
        using var folder = ModelFolder.With(("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\n"), ("tokenizer_config.json", """{"do_lower_case":"yes"}"""));

        Assert.EndsWith("tokenizer_config.json", Assert.Throws<ModelFormatException>(() => TextTokenizer.Load(folder.Path)).Path, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_added_tokens_are_read_and_found()
    {
        var added = string.Join(',', Enumerable.Range(0, 20_000).Select(static number => $$"""{"id":{{number + 100}},"content":"<{{number}}>","single_word":false,"lstrip":false,"rstrip":false,"normalized":false,"special":false}"""));
        var tokenizer = ModelFolder.Load(("tokenizer.json", ModelFolder.Bert.Replace("\"added_tokens\":[", "\"added_tokens\":[" + added + ",", StringComparison.Ordinal)));

        // The vocabulary has twelve pieces; new tokens are counted on from there.
        Assert.Equal([2, 4, 12 + 19_999, 4, 3], tokenizer.Encode("the<19999>the", 10).Ids);
        Assert.Equal(100_002, tokenizer.Count(string.Concat(Enumerable.Repeat("<7>", 100_000))));
    }

    [Fact]
    public void A_vocabulary_file_that_is_no_text_is_refused()
    {
        using var folder = ModelFolder.With();
        File.WriteAllBytes(Path.Combine(folder.Path, "vocab.txt"), [0xFF, 0xFE, 0x00, 0x41]);

        Assert.Contains("UTF-8", Assert.Throws<ModelFormatException>(() => TextTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_file_is_refused_unread()
    {
        using var folder = ModelFolder.With();
        using (var file = File.Create(Path.Combine(folder.Path, "tokenizer.json")))
        {
            file.SetLength(1L << 40);
        }

        Assert.Contains("128 MB", Assert.Throws<ModelFormatException>(() => TextTokenizer.Load(folder.Path)).Message, StringComparison.Ordinal);
    }

    private static void Refuses(string json, string reason)
    {
        using var folder = ModelFolder.With(("tokenizer.json", json));
        var error = Assert.Throws<ModelFormatException>(() => TextTokenizer.Load(folder.Path));

        Assert.EndsWith("tokenizer.json", error.Path, StringComparison.Ordinal);
        Assert.True(reason.Split('|').Any(part => error.Message.Contains(part, StringComparison.Ordinal)), error.Message);
    }
}
