using System.Text.Json;
using Synapse.LocalModels.Tokenizing.Reading;

namespace Synapse.LocalModels.Tests.Tokenizing;

public sealed class ScoreReaderTests
{
    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("-0.0", 0.0)]
    [InlineData("-2.5", -2.5)]
    [InlineData("12", 12.0)]
    [InlineData("-1.25e2", -125.0)]
    [InlineData("5E-1", 0.5)]
    [InlineData("1e400", double.PositiveInfinity)]
    [InlineData("1e-400", 0.0)]
    // 2^64 - 1 has twenty digits: the last ones have no room, and keep their places.
    [InlineData("100000000000000000000000", 1e23)]
    [InlineData("0.50000000000000000000000000", 0.5)]
    public void Numbers_are_read(string json, double expected) => Assert.Equal(expected, Read(json));

    [Fact]
    public void The_last_bit_is_that_of_the_reference_and_not_the_nearest()
    {
        // 10731321370648249 as the nearest double, divided by 10^15: rounded twice.
        Assert.Equal(-(10731321370648249d / 1e15), Read("-10.731321370648249"));
        Assert.NotEqual(-10.731321370648249, Read("-10.731321370648249"));
    }

    private static double Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return ScoreReader.Read(document.RootElement);
    }
}
