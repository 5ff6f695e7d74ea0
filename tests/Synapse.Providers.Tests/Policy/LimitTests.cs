using Synapse.Providers.Policy;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Tests.Policy;

public sealed class LimitTests
{
    [Theory]
    [InlineData("1s", 1.0)]
    [InlineData("6m0s", 360.0)]
    [InlineData("17ms", 0.017)]
    [InlineData("2m59.56s", 179.56)]
    [InlineData("1m", 60.0)]
    [InlineData("1h2m3s", 3_723.0)]
    [InlineData("1d1h", 90_000.0)]
    [InlineData("0.5", 0.5)]
    [InlineData("10", 10.0)]
    [InlineData("0s", 0.0)]
    [InlineData("", null)]
    [InlineData("soon", null)]
    [InlineData("-5", null)]
    [InlineData("1s2m", null)]
    [InlineData("99999999999999999999", 2_678_400.0)]
    public void A_duration_is_read_in_every_form_that_servers_write(string text, double? seconds)
        => Assert.Equal(seconds, RateLimitHeaders.Duration(text)?.TotalSeconds);

    [Fact]
    public void A_limit_is_read_only_when_all_three_headers_are_there()
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("x-ratelimit-remaining-tokens", "90");
        response.Headers.TryAddWithoutValidation("x-ratelimit-reset-tokens", "6s");
        Assert.Null(RateLimitHeaders.Read(response.Headers, "tokens"));
        response.Headers.TryAddWithoutValidation("x-ratelimit-limit-tokens", "100");
        Assert.Equal(new RateLimitReading(100, 90, TimeSpan.FromSeconds(6)), RateLimitHeaders.Read(response.Headers, "tokens"));
        Assert.Null(RateLimitHeaders.Read(response.Headers, "requests"));
    }

    [Theory]
    [InlineData(600, 1)]
    [InlineData(10, 1)]
    [InlineData(90_000, 25_000)]
    public void No_minute_has_more_than_the_operators_limit_beyond_one_request_and_a_long_time_has_almost_all_of_it(int perMinute, double amount)
    {
        var limit = new SteadyLimit(perMinute);
        var taken = new List<double>();
        for (var now = TimeSpan.Zero; now < TimeSpan.FromMinutes(30);)
        {
            if (limit.WaitFor(amount, now) is var wait && wait > TimeSpan.Zero)
            {
                now += wait + TimeSpan.FromTicks(1);
                continue;
            }

            limit.Take(amount, now);
            taken.Add(now.TotalSeconds);
        }

        // One request may take more than there is at once; the next ones wait the longer.
        Assert.All(taken, first => Assert.InRange(taken.Count(at => at >= first && at < first + 60) * amount, 0, perMinute + amount));
        Assert.InRange(taken.Count * amount / 30, perMinute * 0.97, perMinute * 1.01);
    }

    [Fact]
    public void What_was_taken_too_much_or_given_back_moves_the_operators_limit()
    {
        // 600 per minute: 10 at once, then (600 - 10) / 60 per second.
        var limit = new SteadyLimit(600);
        limit.Take(10, TimeSpan.Zero);
        Assert.Equal(1 / (590 / 60.0), limit.WaitFor(1, TimeSpan.Zero).TotalSeconds, 5);
        limit.Take(-5, TimeSpan.Zero);
        Assert.Equal(TimeSpan.Zero, limit.WaitFor(5, TimeSpan.Zero));
        limit.Take(100, TimeSpan.Zero);
        Assert.Equal(96 / (590 / 60.0), limit.WaitFor(1, TimeSpan.Zero).TotalSeconds, 5);
    }

    [Fact]
    public void A_limit_that_fills_evenly_is_waited_for_little_by_little()
    {
        var limit = new ToldLimit();
        Assert.Equal(TimeSpan.Zero, limit.WaitFor(1_000_000, TimeSpan.Zero));

        // 6,000 per minute are 100 per second: 5,500 used take 55 s. A tenth, 600, is left for questions.
        limit.Learn(new(6_000, 500, TimeSpan.FromSeconds(55)), underWay: 0, TimeSpan.Zero);
        Assert.Equal(3, limit.WaitFor(200, TimeSpan.Zero).TotalSeconds, 5);
        Assert.Equal(1, limit.WaitFor(200, TimeSpan.FromSeconds(2)).TotalSeconds, 5);
        limit.Take(200, TimeSpan.FromSeconds(3));
        Assert.Equal(2, limit.WaitFor(200, TimeSpan.FromSeconds(3)).TotalSeconds, 5);
        // More than there ever is goes when all is there.
        Assert.Equal(54, limit.WaitFor(9_000, TimeSpan.FromSeconds(3)).TotalSeconds, 5);
    }

    [Theory]
    [InlineData(6_000, 3_000, 4)]
    [InlineData(14_400, 10, 86_000)]
    public void Another_limit_is_waited_for_until_all_of_it_is_there_again(double total, double left, double reset)
    {
        var limit = new ToldLimit();
        limit.Learn(new(total, left, TimeSpan.FromSeconds(reset)), underWay: 0, TimeSpan.Zero);
        Assert.Equal(reset, limit.WaitFor(left, TimeSpan.Zero).TotalSeconds, 5);
        Assert.Equal(TimeSpan.Zero, limit.WaitFor(total / 2, TimeSpan.FromSeconds(reset)));
    }

    [Fact]
    public void What_is_under_way_is_not_there_any_more_and_a_refusal_leaves_nothing()
    {
        var limit = new ToldLimit();
        limit.Learn(new(6_000, 6_000, TimeSpan.Zero), underWay: 5_400, TimeSpan.Zero);
        Assert.Equal(1, limit.WaitFor(100, TimeSpan.Zero).TotalSeconds, 5);
        limit.Exhaust(TimeSpan.FromSeconds(2), TimeSpan.Zero);
        Assert.Equal(7, limit.WaitFor(100, TimeSpan.Zero).TotalSeconds, 5);
    }
}
