namespace Synapse.Fakes.Scenarios;

/// <summary>One request's meeting with a scenario.</summary>
/// <param name="Call">The scenario and its parameters.</param>
/// <param name="Number">How often it has been met, this time included.</param>
internal sealed record ScenarioUse(ScenarioCall Call, int Number);
