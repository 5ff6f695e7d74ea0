using System.Collections.Concurrent;
using Synapse.EmbeddingServer.Serving;

namespace Synapse.EmbeddingServer.Metering;

/// <summary>Counts what the service does.</summary>
internal sealed class ServiceMeter(TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<(string Route, int Status), long> _requests = new();
    private readonly ConcurrentDictionary<string, RouteTimes> _times = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ModelMeter> _models = new(StringComparer.Ordinal);

    /// <summary>Requests by route and status.</summary>
    public IReadOnlyDictionary<(string Route, int Status), long> Requests => _requests;

    /// <summary>How long requests took, by route.</summary>
    public IReadOnlyDictionary<string, RouteTimes> Times => _times;

    /// <summary>A request ended.</summary>
    public void Count(string route, int status, TimeSpan elapsed)
    {
        _requests.AddOrUpdate((route, status), 1, static (_, count) => count + 1);
        _times.GetOrAdd(route, static _ => new RouteTimes()).Add(elapsed);
    }

    /// <summary>A request is before a model until the result is disposed.</summary>
    public PendingRequest Begin(ServedModel model) => new(Of(model.Name));

    /// <summary>What was measured of a model.</summary>
    public ModelReading Read(ServedModel model) => Of(model.Name).Read();

    private ModelMeter Of(string model) => _models.GetOrAdd(model, static (_, time) => new ModelMeter(time), timeProvider);
}
