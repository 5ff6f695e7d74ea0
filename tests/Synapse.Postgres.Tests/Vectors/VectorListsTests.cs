using Synapse.Postgres.Vectors;

namespace Synapse.Postgres.Tests.Vectors;

/// <summary>How an index is cut.</summary>
public sealed class VectorListsTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(10_000, 300)]
    [InlineData(1_000_000, 3_000)]
    public void Lists_grow_with_the_root_of_the_rows(long rows, int lists) => Assert.Equal(lists, VectorLists.For(rows, 784, 8_000));

    [Theory]
    [InlineData(784, 64)]
    [InlineData(784, 512)]
    [InlineData(8_016, 512)]
    [InlineData(2_016, 3_000)]
    public void Lists_are_as_many_as_fit_into_the_memory(int rowBytes, int megabytes)
    {
        var lists = VectorLists.For(long.MaxValue, rowBytes, megabytes);

        // Fifty samples for each list, and for each of them the distance to each centre.
        var bytes = 50.0 * lists * (4.0 * lists + rowBytes);
        Assert.InRange(bytes, 0.7 * megabytes * 1_048_576, megabytes * 1_048_576.0);
    }

    [Theory]
    [InlineData(1_000_000, 300)]
    [InlineData(90_000, 400)]
    [InlineData(10_000, 1_200)]
    public void Three_hundred_lists_are_looked_through_and_more_until_forty_thousand_rows_are_compared(long rows, int probes) => Assert.Equal(probes, VectorLists.ProbesFor(rows));

    [Theory]
    [InlineData(300, 374, false, false)]
    [InlineData(300, 375, false, true)]
    [InlineData(300, 150, false, false)]
    [InlineData(300, 599, true, false)]
    [InlineData(300, 600, true, true)]
    public void An_index_is_outgrown_when_it_would_get_many_more_lists(int lists, int wanted, bool isLoading, bool isOutgrown)
        => Assert.Equal(isOutgrown, VectorLists.IsOutgrown(lists, wanted, isLoading));
}
