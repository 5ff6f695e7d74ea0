using Synapse.Errors;
using Synapse.Library;

namespace Synapse.Tests.Library;

public sealed class CollectionNameTests
{
    [Theory]
    [InlineData("docs")]
    [InlineData("Meine Verträge 2026")]
    [InlineData("文書")]
    public void Validate_keeps_a_printable_name(string name) => Assert.Equal(name, CollectionName.Validate($" {name}\t"));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a%2fb")]
    [InlineData("line\nbreak")]
    public void Validate_refuses_a_name_that_is_unsafe_in_a_path_or_url(string name)
        => Assert.Throws<InvalidCollectionNameException>(() => CollectionName.Validate(name));

    [Fact]
    public void Validate_refuses_a_name_of_101_characters()
        => Assert.Throws<InvalidCollectionNameException>(() => CollectionName.Validate(new string('x', 101)));
}
