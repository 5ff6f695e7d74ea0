namespace Synapse.Privacy;

/// <summary>Why the policy does not allow a connection.</summary>
/// <param name="Rule">Name of the rule; see <see cref="EgressRules"/>.</param>
/// <param name="Reason">The rule in words, with what to do.</param>
public sealed record EgressRefusal(string Rule, string Reason);
