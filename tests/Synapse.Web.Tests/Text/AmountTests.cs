using Synapse.Web.Text;

namespace Synapse.Web.Tests.Text;

public sealed class AmountTests
{
    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(1, "1 byte")]
    [InlineData(999, "999 bytes")]
    [InlineData(1_000, "1 kB")]
    [InlineData(1_449, "1.4 kB")]
    [InlineData(999_499, "999 kB")]
    [InlineData(999_500, "1 MB")]
    [InlineData(2_700_000_000, "2.7 GB")]
    public void Bytes_are_written_in_decimal_units(long bytes, string expected) => Assert.Equal(expected, Amount.Bytes(bytes));

    [Fact]
    public void Times_are_written_as_people_say_them()
    {
        Assert.Equal("under 1 ms", Amount.Elapsed(TimeSpan.FromMicroseconds(300)));
        Assert.Equal("4 ms", Amount.Elapsed(TimeSpan.FromMilliseconds(4.2)));
        Assert.Equal("1.5 s", Amount.Elapsed(TimeSpan.FromSeconds(1.5)));
        var now = DateTimeOffset.UnixEpoch.AddDays(100);
        Assert.Equal("just now", Amount.Ago(now.AddSeconds(-59), now));
        Assert.Equal("1 minute ago", Amount.Ago(now.AddSeconds(-61), now));
        Assert.Equal("23 hours ago", Amount.Ago(now.AddHours(-23.5), now));
        Assert.Equal("1970-01-01", Amount.Ago(DateTimeOffset.UnixEpoch, now));
    }

    [Fact]
    public void Counts_have_their_noun_in_the_right_number()
    {
        Assert.Equal("1 document", Amount.Of(1, "document"));
        Assert.Equal("12,345 documents", Amount.Of(12_345, "document"));
    }
}
