using Synapse.Web.Asking;

namespace Synapse.Web.Tests.Asking;

public sealed class AskAddressTests
{
    [Theory]
    [InlineData(null, null, null, "/")]
    [InlineData(" ", "", "answer", "/")]
    [InlineData("a b&c", null, null, "/?q=a%20b%26c")]
    [InlineData("q", "my files", "search", "/?q=q&collection=my%20files&mode=search")]
    [InlineData("", "docs", null, "/?collection=docs")]
    public void Address_holds_all_that_is_asked(string? query, string? collection, string? mode, string expected)
        => Assert.Equal(expected, AskAddress.From(query, collection, mode).ToString());
}
