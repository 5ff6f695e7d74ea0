using System.Text;
using Synapse.LocalModels.Tokenizing;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tests.Tokenizing;

public sealed class NormalFormTests
{
    [Fact]
    public void The_runtime_does_not_normalise_here_so_that_we_must()
        // The product runs with invariant globalisation, and so do its tests. Should this ever fail, the tables may no longer be needed.
        => Assert.Equal("e\u0301", "e\u0301".Normalize(NormalizationForm.FormC));

    [Theory]
    [InlineData("é", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("e\u0301", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("ﬁ①Ａ", "ﬁ①Ａ", "ﬁ①Ａ", "fi1A", "fi1A")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("각", "각", "\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8")]
    [InlineData("\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8")]
    [InlineData("\u212B", "Å", "A\u030A", "Å", "A\u030A")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    [InlineData("\u0344", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301", "\u0308\u0301")]
    [InlineData("plain text 123", "plain text 123", "plain text 123", "plain text 123", "plain text 123")]
    public void Forms_are_those_of_the_standard(string text, string composed, string decomposed, string compatible, string compatibleDecomposed)
    {
        Assert.Equal(composed, Form(text, isCompatible: false, isComposed: true));
        Assert.Equal(decomposed, Form(text, isCompatible: false, isComposed: false));
        Assert.Equal(compatible, Form(text, isCompatible: true, isComposed: true));
        Assert.Equal(compatibleDecomposed, Form(text, isCompatible: true, isComposed: false));
    }

    [Fact]
    public void Forms_of_forms_change_nothing_more()
    {
        var random = new Random(11);
        for (var round = 0; round < 500; round++)
        {
            var text = string.Concat(Enumerable.Range(0, 20).Select(_ => Rune.TryCreate(random.Next(0x80, 0x3000), out var rune) ? rune.ToString() : ""));
            foreach (var isCompatible in (bool[])[false, true])
            {
                var composed = Form(text, isCompatible, isComposed: true);
                var decomposed = Form(text, isCompatible, isComposed: false);
                Assert.Equal(composed, Form(composed, isCompatible, isComposed: true));
                Assert.Equal(decomposed, Form(decomposed, isCompatible, isComposed: false));
                Assert.Equal(composed, Form(decomposed, isCompatible, isComposed: true));
                Assert.Equal(decomposed, Form(composed, isCompatible, isComposed: false));
            }
        }
    }

    private static string Form(string text, bool isCompatible, bool isComposed)
    {
        var output = new CharBuffer();
        NormalForm.Append(text, isCompatible, isComposed, output);
        return output.Span.ToString();
    }
}
