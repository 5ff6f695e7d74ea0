using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Net;
using Synapse.Postgres.Tests.TestSupport;
using Synapse.PostgresServers;

namespace Synapse.Postgres.Tests;

/// <summary>Which names are asked for on the way to the database, told by the framework itself.</summary>
public sealed class NameResolutionTests
{
    [Fact]
    public async Task A_database_whose_address_is_known_is_never_asked_for_by_name()
    {
        await using var database = await (await PostgresServer.SharedAsync()).CreateDatabaseAsync(TestContext.Current.CancellationToken);
        using var sensor = new ResolutionSensor();

        // The control: without an address, the driver asks. Nobody else in this process knows this spelling.
        await using (Stores.Open(Stores.Address(database.Url.Replace("@127.0.0.1:", "@LocalHost:", StringComparison.Ordinal))))
        {
        }

        Assert.Contains("LocalHost", sensor.Names);
        await using (Stores.Open(Stores.Address(database.Url.Replace("@127.0.0.1:", "@db.synapse.test:", StringComparison.Ordinal)).At(new Dictionary<string, IPAddress> { ["db.synapse.test"] = IPAddress.Loopback })))
        {
        }

        Assert.DoesNotContain("db.synapse.test", sensor.Names);
    }

    private sealed class ResolutionSensor : EventListener
    {
        private readonly ConcurrentQueue<string> _names = new();

        public IReadOnlyCollection<string> Names => _names;

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "System.Net.NameResolution")
            {
                EnableEvents(eventSource, EventLevel.Informational);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (eventData.EventName == "ResolutionStart" && eventData.Payload is [string name, ..])
            {
                _names.Enqueue(name);
            }
        }
    }
}
