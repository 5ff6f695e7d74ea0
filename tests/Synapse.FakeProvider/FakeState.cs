using Synapse.Fakes.Dialects;
using Synapse.Fakes.Scenarios;

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

    public RequestLog Log { get; } = new(options.Time);
}
