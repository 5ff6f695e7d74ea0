namespace Synapse.ModelGolden.Tests.Tokenizing;

public sealed class TokenizerGoldenTests
{
    private static readonly IReadOnlyList<string> Texts = [.. NastyTexts.Chosen, .. NastyTexts.Random(400)];
    private static readonly int[] Limits = [5, 12, 48];
    private static readonly (int First, int Second)[] Pairs = [.. Enumerable.Range(0, 120).Select(static index => (index, (index * 7 % 110) + 1))];

    [Fact]
    public Task Wordpiece_gives_the_tokens_of_the_reference() => CompareAsync(TinyTokenizers.WordPieces());

    [Fact]
    public Task Byte_pair_encoding_gives_the_tokens_of_the_reference() => CompareAsync(TinyTokenizers.BytePairs());

    [Fact]
    public Task Unigram_gives_the_tokens_of_the_reference() => CompareAsync(TinyTokenizers.Unigrams());

    private static async Task CompareAsync(IReadOnlyList<TinyTokenizer> tokenizers)
    {
        var compared = await GoldenTokenizers.CompareAsync(tokenizers, Texts, steps: true, Limits, Pairs, TestContext.Current.CancellationToken);
        Assert.Equal(tokenizers.Count * (Texts.Count + (Limits.Length * (Texts.Count + Pairs.Length))), compared);
    }
}
