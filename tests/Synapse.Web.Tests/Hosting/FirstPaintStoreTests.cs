using Microsoft.Extensions.Time.Testing;
using Synapse.Web.Hosting;

namespace Synapse.Web.Tests.Hosting;

public sealed class FirstPaintStoreTests
{
    [Fact]
    public void Value_is_taken_once_and_as_what_it_is()
    {
        var store = new FirstPaintStore(new FakeTimeProvider());
        var key = store.Put("painted");

        Assert.Null(store.Take<string>("another key"));
        Assert.Null(store.Take<string>(null));
        Assert.Equal("painted", store.Take<string>(key));
        Assert.Null(store.Take<string>(key));
    }

    [Fact]
    public void Value_is_gone_after_half_a_minute()
    {
        var time = new FakeTimeProvider();
        var store = new FirstPaintStore(time);
        var key = store.Put("painted");

        time.Advance(TimeSpan.FromSeconds(31));

        Assert.Null(store.Take<string>(key));
    }

    [Fact]
    public void Oldest_value_makes_room_when_there_are_too_many()
    {
        var time = new FakeTimeProvider();
        var store = new FirstPaintStore(time);
        var keys = Enumerable.Range(0, 65).Select(value =>
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            return store.Put(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }).ToList();

        Assert.Null(store.Take<string>(keys[0]));
        Assert.All(keys.Skip(1), key => Assert.NotNull(store.Take<string>(key)));
    }
}
