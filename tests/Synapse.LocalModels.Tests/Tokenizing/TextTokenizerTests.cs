using Synapse.LocalModels.Tokenizing;

namespace Synapse.LocalModels.Tests.Tokenizing;

public sealed class TextTokenizerTests
{
    private static readonly TextTokenizer Bert = ModelFolder.Load(("tokenizer.json", ModelFolder.Bert));

    [Fact]
    public void Encode_puts_special_tokens_around_the_pieces()
    {
        var encoded = Bert.Encode("Searching the CAFÉ.", 512);

        Assert.Equal([2, 5, 6, 4, 9, 8, 3], encoded.Ids);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0], encoded.TypeIds);
        Assert.False(encoded.IsTruncated);
    }

    [Fact]
    public void Encode_cuts_the_end_and_says_so()
    {
        var encoded = Bert.Encode("searching the cafe", 4);

        Assert.Equal([2, 5, 6, 3], encoded.Ids);
        Assert.True(encoded.IsTruncated);
    }

    [Fact]
    public void Encode_says_nothing_was_cut_when_the_text_fits_to_the_token()
        => Assert.False(Bert.Encode("searching the cafe", 6).IsTruncated);

    [Fact]
    public void Encode_refuses_a_limit_below_the_special_tokens()
        => Assert.Throws<ArgumentOutOfRangeException>(static () => Bert.Encode("the", 1));

    [Fact]
    public void Encode_of_no_text_gives_the_special_tokens()
        => Assert.Equal([2, 3], Bert.Encode("", 2).Ids);

    [Fact]
    public void EncodePair_counts_the_second_text_as_type_one()
    {
        var encoded = Bert.EncodePair("the cafe", "searches.", 512);

        Assert.Equal([2, 4, 9, 3, 5, 7, 8, 3], encoded.Ids);
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 1], encoded.TypeIds);
    }

    [Theory]
    [InlineData(3, 4, 7, 3, 4)]
    [InlineData(3, 40, 20, 3, 17)]
    [InlineData(40, 3, 20, 17, 3)]
    [InlineData(40, 50, 20, 10, 10)]
    [InlineData(40, 50, 21, 10, 11)]
    [InlineData(50, 40, 21, 11, 10)]
    [InlineData(5, 5, 0, 0, 0)]
    public void Shares_take_from_the_longer_text_first(int first, int second, int limit, int firstShare, int secondShare)
        => Assert.Equal((firstShare, secondShare), TextTokenizer.Shares(first, second, limit));

    [Fact]
    public void Count_is_the_length_of_what_Encode_gives_without_a_limit()
        => Assert.Equal(Bert.Encode("searching the cafe . x", int.MaxValue).Ids.Length, Bert.Count("searching the cafe . x"));

    [Fact]
    public void Special_tokens_in_a_text_are_recognised()
        => Assert.Equal([2, 4, 0, 2, 4, 3], Bert.Encode("the[PAD] [CLS]the", 512).Ids);

    [Fact]
    public void A_vocabulary_file_makes_the_tokenizer_of_bert()
    {
        var tokenizer = ModelFolder.Load(
            ("vocab.txt", "[PAD]\n[UNK]\n[CLS]\n[SEP]\nthe\nThe\nsearch\n##ing\n"),
            ("tokenizer_config.json", """{"do_lower_case":true,"model_max_length":256}"""),
            ("special_tokens_map.json", """{"pad_token":{"content":"[PAD]"}}"""));

        Assert.Equal([2, 4, 6, 7, 3], tokenizer.Encode("The searching", 512).Ids);
        Assert.Equal(256, tokenizer.MaxLength);
        Assert.Equal(0, tokenizer.PadId);
    }

    [Theory]
    [InlineData("""{"model_max_length":384,"pad_token":"the"}""", 384, 4)]
    [InlineData("""{"model_max_length":1000000000000000019884624838656}""", null, 0)]
    [InlineData("""{"model_max_length":0,"pad_token":"missing"}""", null, 0)]
    [InlineData("{}", null, 0)]
    public void Settings_of_the_folder_tell_length_and_padding(string settings, int? maxLength, int padId)
    {
        var tokenizer = ModelFolder.Load(("tokenizer.json", ModelFolder.Bert), ("tokenizer_config.json", settings));

        Assert.Equal(maxLength, tokenizer.MaxLength);
        Assert.Equal(padId, tokenizer.PadId);
    }

    [Fact]
    public void Truncation_and_padding_of_the_file_count_where_the_settings_say_nothing()
    {
        var tokenizer = ModelFolder.Load(("tokenizer.json", ModelFolder.Bert
            .Replace("\"truncation\":null", "\"truncation\":{\"max_length\":128,\"strategy\":\"LongestFirst\",\"stride\":0}", StringComparison.Ordinal)
            .Replace("\"padding\":null", "\"padding\":{\"pad_id\":8,\"strategy\":\"BatchLongest\"}", StringComparison.Ordinal)));

        Assert.Equal(128, tokenizer.MaxLength);
        Assert.Equal(8, tokenizer.PadId);
    }

    [Fact]
    public void Many_threads_get_the_same_tokens()
    {
        string[] texts = ["searching the cafe", "", "the the the.", "café searches a", new('a', 5_000), "the [CLS] 漢字 \uD800"];
        var expected = texts.Select(static text => Bert.Encode(text, 64).Ids).ToArray();

        Parallel.For(0, 4_000, index => Assert.Equal(expected[index % texts.Length], Bert.Encode(texts[index % texts.Length], 64).Ids));
    }

    [Fact]
    public void Long_words_are_unknown_as_a_whole()
    {
        // 100 characters are the most; all of them are pieces of the vocabulary.
        Assert.Equal(102, Bert.Count(new string('a', 100)));
        Assert.Equal([2, 1, 3], Bert.Encode(new string('a', 101), 512).Ids);
    }

    [Theory]
    [InlineData("WordPiece", "a")]
    [InlineData("WordPiece", " ")]
    [InlineData("WordPiece", "漢")]
    [InlineData("WordPiece", "\u0301")]
    [InlineData("WordPiece", "[CLS]")]
    [InlineData("Bpe", "a")]
    [InlineData("Bpe", " ")]
    [InlineData("Bpe", "\u0301")]
    [InlineData("Unigram", "a")]
    [InlineData("Unigram", "▁")]
    [InlineData("Unigram", "😀")]
    public void A_megabyte_of_one_character_is_tokenized(string model, string character)
    {
        var tokenizer = model switch
        {
            "WordPiece" => Bert,
            "Bpe" => ModelFolder.Load(("tokenizer.json", SmallModels.Bpe)),
            _ => ModelFolder.Load(("tokenizer.json", SmallModels.Unigram)),
        };
        var text = string.Concat(Enumerable.Repeat(character, 1_000_000 / character.Length));

        Assert.InRange(tokenizer.Encode(text, 256).Ids.Length, 0, 256);
        Assert.InRange(tokenizer.Count(text), 0, 2_000_002);
    }
}
