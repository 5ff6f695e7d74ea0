using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Privacy;
using Synapse.Server.Telemetry;
using Synapse.Server.Tests.TestSupport;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Server.Tests.Telemetry;

/// <summary>Each part is told with its state, since when, and what helps.</summary>
public sealed class ServerHealthTests(RunningServer server)
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_part_is_dated_from_when_it_was_first_seen_so_until_it_changes()
    {
        var store = new StoreWithDisk();
        var health = HealthOf(store);
        var first = await DiskAsync(health);
        _time.Advance(TimeSpan.FromMinutes(5));
        var same = await DiskAsync(health);
        store.FreeBytes = 10_000_000;
        var low = await DiskAsync(health);
        _time.Advance(TimeSpan.FromMinutes(5));
        store.FreeBytes = 50_000_000_000;
        var again = await DiskAsync(health);

        Assert.Equal((ServerHealth.Ok, 0.0, null), (first.Status, MinutesOf(first), first.Cure));
        Assert.Equal((ServerHealth.Ok, 0.0), (same.Status, MinutesOf(same)));
        Assert.Equal((ServerHealth.Degraded, 5.0), (low.Status, MinutesOf(low)));
        Assert.Contains("Free some space", low.Cure, StringComparison.Ordinal);
        Assert.Equal((ServerHealth.Ok, 10.0), (again.Status, MinutesOf(again)));
    }

    [Fact]
    public async Task A_disk_with_less_room_than_the_store_takes_is_not_enough()
        => Assert.Equal(ServerHealth.Degraded, (await DiskAsync(HealthOf(new StoreWithDisk { SizeBytes = 6_000_000_000, FreeBytes = 5_000_000_000 }))).Status);

    [Fact]
    public async Task A_store_that_is_away_is_a_part_with_a_cure_and_the_others_are_still_told()
    {
        var reading = await HealthOf(new StoreWithDisk { Away = new StoreUnavailableException("db", "it is away") }).ExamineAsync(Cancel);

        Assert.Null(reading.Stored);
        Assert.Equal(["store", "embedder", "egress"], reading.Parts.Select(part => part.Name));
        Assert.Equal(ServerHealth.Unavailable, reading.Parts[0].Status);
        Assert.Contains("synapse doctor", reading.Parts[0].Cure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_hangs_is_told_as_away_when_the_time_is_up()
    {
        using var readings = new ServerReadings(HealthOf(new StoreWithDisk { Hangs = true }), _time);
        var refreshing = readings.RefreshAsync(Cancel);
        while (!refreshing.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await refreshing;
        Assert.Equal(("store", ServerHealth.Unavailable), (readings.Last.Parts[0].Name, readings.Last.Parts[0].Status));
    }

    private static double MinutesOf(ServerPart part) => (part.Since!.Value - new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero)).TotalMinutes;

    private static async Task<ServerPart> DiskAsync(ServerHealth health) => (await health.ExamineAsync(Cancel)).Parts.Single(part => part.Name == "disk");

    private ServerHealth HealthOf(IStoreMeter meter)
    {
        var services = server.Services;
        return new(
            services.GetRequiredService<ILibraryStore>(), services.GetRequiredService<IJobStore>(), meter, services.GetRequiredService<IEmbedder>(),
            services.GetRequiredService<EgressPolicy>(), services.GetRequiredService<IProviderStatuses>(), _time);
    }

    private sealed class StoreWithDisk : IStoreMeter
    {
        public long SizeBytes { get; init; } = 1_000_000;

        public long FreeBytes { get; set; } = 50_000_000_000;

        public SynapseException? Away { get; init; }

        public bool Hangs { get; init; }

        public async ValueTask<StoreReading> MeasureAsync(CancellationToken cancellationToken)
        {
            if (Hangs)
            {
                // Deaf to its token, as a driver can be.
                await new TaskCompletionSource().Task;
            }

            return Away is null ? new StoreReading(SizeBytes, 0, FreeBytes, 1) : throw Away;
        }
    }
}
