using Synapse.Fakes.Dialects;
using Synapse.Fakes.Scenarios;

namespace Synapse.Fakes;

/// <summary>What the parts of a running fake share.</summary>
internal sealed class FakeState(FakeProviderOptions options)
{
    public FakeProviderOptions Options => options;

    public FakeEntra Entra { get; } = options.Entra ?? new();

    public Dialect Dialect { get; set; } = DialectCatalogue.Get(options.Dialect);

    public ScenarioSettings Scenarios { get; } = new(options.Scenario);

    public RequestLog Log { get; } = new(options.Time);
}
