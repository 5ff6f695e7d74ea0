using Synapse.Web.Text;

namespace Synapse.Web.Tests.Text;

public sealed class IndentationTests
{
    [Theory]
    [InlineData("    a\n      b\n\n    c", "a\n  b\n\nc")]
    [InlineData("a\n  b", "a\n  b")]
    [InlineData("\t\tx", "x")]
    [InlineData("  \n", "  \n")]
    [InlineData("", "")]
    public void Remove_takes_the_common_indentation_away(string text, string expected) => Assert.Equal(expected, Indentation.Remove(text));
}
