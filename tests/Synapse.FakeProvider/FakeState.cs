using System.Collections.Concurrent;
using Synapse.Fakes.Dialects;
using Synapse.Fakes.Scenarios;
using Synapse.Fakes.Wire;

namespace Synapse.Fakes;

/// <summary>What the parts of a running fake share.</summary>
internal sealed class FakeState(FakeProviderOptions options)
{
    public FakeProviderOptions Options => options;

    public FakeEntra Entra { get; } = options.Entra ?? new();

    public Dialect Dialect => Scenarios.Dialect;

    /// <summary>The window that the model was last loaded with, where requests choose it.</summary>
    public int? LoadedWindow { get; set; }

    public ScenarioSettings Scenarios { get; } = new(DialectCatalogue.Get(options.Dialect), options.Scenario, options.Https);

    /// <summary>Replies that are given again to the same request.</summary>
    public ConcurrentDictionary<string, HttpReply> Remembered { get; } = new(StringComparer.Ordinal);

    /// <summary>The limits that it keeps.</summary>
    public RateLimits Rates { get; } = new(options);

    public RequestLog Log { get; } = new(options.Time);
}
