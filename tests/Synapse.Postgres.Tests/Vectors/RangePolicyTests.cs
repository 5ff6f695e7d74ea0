using Synapse.Postgres.Vectors;

namespace Synapse.Postgres.Tests.Vectors;

/// <summary>Few ranges, few fresh chunks, and little that is built anew.</summary>
public sealed class RangePolicyTests
{
    private const int From = 10_000;

    [Theory]
    [InlineData(9_999L, 10_000L)]
    [InlineData(49_999L, 50_000L)]
    [InlineData(999_999L, 1_000_000L)]
    public void Fresh_chunks_wait_until_an_index_is_worth_it(long tooFew, long enough)
    {
        var pace = enough switch { From => LoadPace.None, 5 * From => LoadPace.Slow, _ => LoadPace.Fast };
        Assert.Null(RangePolicy.Choose([], tooFew, pace, From));
        Assert.Equal(0, RangePolicy.Choose([], enough, pace, From));
        Assert.Equal(1, RangePolicy.Choose([100_000_000], enough, pace, From));
    }

    [Theory]
    [InlineData(LoadPace.None, 40_000, 0)]
    [InlineData(LoadPace.None, 40_001, 1)]
    [InlineData(LoadPace.Slow, 50_000, 0)]
    [InlineData(LoadPace.Slow, 50_001, 1)]
    public void A_range_of_about_the_size_of_what_comes_is_taken_in(object pace, long range, int kept)
        => Assert.Equal(kept, RangePolicy.Choose([range], (LoadPace)pace == LoadPace.None ? From : 5 * From, (LoadPace)pace, From));

    [Fact]
    public void Ranges_that_grew_too_many_while_a_job_ran_are_made_fewer_after_it()
    {
        long[] ranges = [400_000, 100_000, 50_000, 50_000];
        Assert.Null(RangePolicy.Choose(ranges, 9_000, LoadPace.Slow, From));
        Assert.Equal(0, RangePolicy.Choose(ranges, 9_000, LoadPace.None, From));
        Assert.Null(RangePolicy.Choose([600_000], 9_000, LoadPace.None, From));
        Assert.Null(RangePolicy.Choose([1_000_000, 200_000, 40_000], 0, LoadPace.None, From));
    }

    [Fact]
    public void A_range_whose_documents_are_gone_goes_with_the_next() => Assert.Equal(1, RangePolicy.Choose([1_000_000, 0, 12_000], 0, LoadPace.None, From));

    [Theory]
    [InlineData(LoadPace.None, 10_000, 5, 12)]
    [InlineData(LoadPace.Slow, 50_000, 7, 5)]
    public void A_collection_that_grows_to_a_million_has_few_ranges_and_is_not_built_anew_many_times(object pace, long step, int mostRanges, int mostBuilds)
    {
        var ranges = new List<long>();
        var built = 0L;
        for (var chunks = 0L; chunks < 1_000_000; chunks += step)
        {
            var fresh = step;
            while (RangePolicy.Choose(ranges, fresh, (LoadPace)pace, From) is { } kept)
            {
                var size = fresh + ranges.Skip(kept).Sum();
                ranges.RemoveRange(kept, ranges.Count - kept);
                ranges.Add(size);
                built += size;
                fresh = 0;
            }

            Assert.Equal(0, fresh);
            Assert.InRange(ranges.Count, 1, mostRanges);
            Assert.Equal(chunks + step, ranges.Sum());
        }

        Assert.InRange(built, 1_000_000, mostBuilds * 1_000_000L);
    }
}
