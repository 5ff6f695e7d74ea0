using System.Diagnostics.Metrics;
using Synapse.Ingestion;

namespace Synapse.Server.Telemetry;

/// <summary>How the server, its store and its line of jobs are, as instruments that are read when metrics are exported.</summary>
internal sealed class ServerInstruments : IDisposable
{
    private static readonly (IngestionJobState State, string Word)[] s_unfinished =
    [
        (IngestionJobState.Queued, "queued"), (IngestionJobState.Running, "running"), (IngestionJobState.Waiting, "waiting"), (IngestionJobState.Paused, "paused"),
    ];

    private readonly Meter _meter = new(ProviderInstruments.SourceName);

    public ServerInstruments(ServerReadings readings, TimeProvider time)
    {
        _meter.CreateObservableGauge("synapse.health.state", () => readings.Last.Parts.SelectMany(States), "{part}", "1 for the state that a part of the server is in, 0 for the others.");
        Gauge("synapse.store.collections", "{collection}", "Collections.", stored => [new(stored.Collections)]);
        Gauge("synapse.store.documents", "{document}", "Documents that are searchable.", stored => [new(stored.Documents)]);
        Gauge("synapse.store.chunks", "{chunk}", "Chunks of those documents.", stored => [new(stored.Chunks)]);
        Gauge("synapse.store.segments", "{segment}", "Segments of the keyword index that are searched.", stored => [new(stored.Store.Segments)]);
        Gauge("synapse.store.size", "By", "What the store takes on its disk.", Sizes);
        Gauge("synapse.store.disk.free", "By", "What the disk of the store has left, where that is known.", stored => stored.Store.FreeBytes is { } free ? [new(free)] : []);
        Gauge(
            "synapse.ingestion.jobs", "{job}", "Jobs that have not come to their end.",
            stored => s_unfinished.Select(each => new Measurement<long>(stored.Jobs.Count(job => job.State == each.State), new KeyValuePair<string, object?>("synapse.job.state", each.Word))));
        Gauge("synapse.ingestion.queue.age", "s", "How long the job that waits longest for its turn does so; 0 when none does.", stored => [new(Age(stored.Jobs, time.GetUtcNow()))]);

        void Gauge(string name, string unit, string description, Func<StoredReading, IEnumerable<Measurement<long>>> measure)
            => _meter.CreateObservableGauge(name, () => readings.Last.Stored is { } stored ? measure(stored) : [], unit, description);
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> States(ServerPart part)
        => ServerHealth.Statuses.Select(status => new Measurement<int>(
            part.Status == status ? 1 : 0, new KeyValuePair<string, object?>("synapse.health.part", part.Name), new KeyValuePair<string, object?>("synapse.state", status)));

    private static IEnumerable<Measurement<long>> Sizes(StoredReading stored)
    {
        yield return new(stored.Store.SizeBytes, new KeyValuePair<string, object?>("synapse.store.part", "content"));
        if (stored.Store.LogBytes is { } log)
        {
            yield return new(log, new KeyValuePair<string, object?>("synapse.store.part", "log"));
        }
    }

    private static long Age(IReadOnlyList<IngestionJob> jobs, DateTimeOffset now)
        => jobs.Where(static job => job.State == IngestionJobState.Queued).Select(job => (long)(now - job.CreatedAt).TotalSeconds).DefaultIfEmpty().Max();
}
