using System.Collections.Concurrent;
using System.Globalization;
using Synapse.Embedding;
using Synapse.Errors;
using Synapse.Ingestion;
using Synapse.Library;
using Synapse.Privacy;
using Synapse.Server.Wire;
using Synapse.Storage;
using Synapse.Telemetry;

namespace Synapse.Server.Telemetry;

/// <summary>Looks at the parts of the server, and remembers since when each is as it is. Safe to call from several threads at once.</summary>
internal sealed class ServerHealth(
    ILibraryStore library, IJobStore jobs, IStoreMeter meter, IEmbedder embedder, EgressPolicy policy, IProviderStatuses providers, TimeProvider time)
{
    public const string Ok = "ok";
    public const string Starting = "starting";
    public const string Degraded = "degraded";
    public const string Unavailable = "unavailable";

    // A merge writes a second copy of what it merges before the first goes.
    private const long LeastFreeBytes = 1L << 30;
    private const int MostJobs = 1_000;

    /// <summary>How a part can be, best first.</summary>
    public static readonly string[] Statuses = [Ok, Starting, Degraded, Unavailable];

    private readonly ConcurrentDictionary<string, (string Status, DateTimeOffset Since)> _seen = new(StringComparer.Ordinal);

    /// <summary>Looks at everything. A store that is away is a part that is unavailable, and no error.</summary>
    public async Task<ServerReading> ExamineAsync(CancellationToken cancellationToken)
    {
        var (parts, stored) = await ExamineStoreAsync(cancellationToken);
        return new(
            [
                .. parts.Concat(
                [
                    new("embedder", Ok, (await embedder.GetSpaceAsync(cancellationToken)).Fingerprint),
                    new("egress", Ok, policy.IsOffline
                        ? $"offline mode: this machine and {policy.PrivateAddresses.Count} listed private addresses can be reached"
                        : "providers that are configured can be reached, and nothing else"),
                    .. providers.List().Select(PartOf),
                ]).Select(Dated),
            ],
            stored);
    }

    // The parts are described while the store is away, too: that is when somebody looks.
    private async Task<(IEnumerable<ServerPart> Parts, StoredReading? Stored)> ExamineStoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            var collections = await library.ListCollectionsAsync(AccessScope.Everything, cancellationToken);
            var unfinished = await jobs.ListJobsAsync(AccessScope.Everything, collectionId: null, unfinishedOnly: true, MostJobs, cancellationToken);
            var stored = new StoredReading(
                await meter.MeasureAsync(cancellationToken),
                collections.Count,
                collections.Sum(static collection => collection.DocumentCount),
                collections.Sum(static collection => collection.ChunkCount),
                unfinished);
            ServerPart[] parts =
            [
                new("store", Ok, $"{stored.Collections} collections, {stored.Documents} documents, {stored.Chunks} chunks"),
                .. DiskOf(stored.Store),
                IngestionOf(unfinished),
            ];
            return (parts, stored);
        }
        catch (SynapseException away) when (away.Kind == SynapseErrorKind.Unavailable)
        {
            return ([new("store", Unavailable, away.Message, "'synapse doctor' on this machine says what is wrong with the store and what helps. Searches and jobs go on by themselves when it is back.")], null);
        }
    }

    private static IEnumerable<ServerPart> DiskOf(StoreReading store)
    {
        if (store.FreeBytes is not { } free)
        {
            return [];
        }

        var size = store.SizeBytes + (store.LogBytes ?? 0);
        var detail = string.Create(CultureInfo.InvariantCulture, $"the store takes {size / 1e6:0.0} MB; its disk has {free / 1e9:0.0} GB left");
        return free >= Math.Max(LeastFreeBytes, size)
            ? [new("disk", Ok, detail)]
            : [new("disk", Degraded, detail, "Free some space, or move the data folder to a larger disk.")];
    }

    private static ServerPart IngestionOf(IReadOnlyList<IngestionJob> unfinished)
        => unfinished.FirstOrDefault(static job => job.State == IngestionJobState.Waiting) is { } waiting
            ? new("ingestion", Degraded, $"{unfinished.Count} jobs to do; waiting: {waiting.ErrorMessage}", "The job goes on by itself when its cause is gone; 'synapse doctor' finds the cause.")
            : new("ingestion", Ok, $"{unfinished.Count} jobs to do");

    // A provider that does not work takes nothing down: another takes over, or answers are quoted from the documents.
    private static ServerPart PartOf(ProviderStatus provider)
    {
        var status = provider.State switch
        {
            ProviderState.Ready or ProviderState.Unknown => Ok,
            ProviderState.Loading => Starting,
            _ => Degraded,
        };
        var detail = $"{ProviderMapping.Word(provider.State)}; {provider.Requests} requests, {provider.Failures.Values.Sum()} failed{(provider.Detail is null ? "" : $"; {provider.Detail}")}";
        return new($"provider:{provider.Name}", status, detail, status == Degraded ? $"'synapse doctor {provider.Name}' checks it step by step, and says what helps." : null);
    }

    private ServerPart Dated(ServerPart part)
    {
        var seen = _seen.AddOrUpdate(
            part.Name,
            static (_, now) => (now.Status, now.Time),
            static (_, before, now) => before.Status == now.Status ? before : (now.Status, now.Time),
            (part.Status, Time: time.GetUtcNow()));
        return part with { Since = seen.Since };
    }
}
