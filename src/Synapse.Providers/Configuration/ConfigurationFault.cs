namespace Synapse.Providers.Configuration;

/// <summary>One setting that is wrong. Neither part ever holds a secret.</summary>
/// <param name="Key">The setting, as the operator writes it: <c>OPENAI_API_KEY</c>, <c>Synapse:Providers:0:Endpoint</c>.</param>
/// <param name="Problem">What is wrong with it, as a sentence.</param>
/// <param name="Cure">What to do, as a sentence.</param>
public sealed record ConfigurationFault(string Key, string Problem, string Cure)
{
    /// <summary>Key, problem and cure on one line.</summary>
    public override string ToString() => $"{Key}: {Problem} {Cure}";
}
