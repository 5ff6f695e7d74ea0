using Synapse.Library;

namespace Synapse.Telemetry;

/// <summary>How one step of a diagnosis ended.</summary>
public enum DiagnosisOutcome
{
    /// <summary>All is well.</summary>
    Ok,

    /// <summary>It works, and something about it should be known.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,

    /// <summary>It was not looked at, because a step before failed.</summary>
    Skipped,

    /// <summary>It has not ended: the step comes again with what became of it.</summary>
    Waiting,
}

/// <summary>What one step of a diagnosis found.</summary>
/// <param name="Provider">Name of the provider, as configured; <c>built-in</c> for what runs in this process, <c>store</c> for the store.</param>
/// <param name="Name">What was looked at: <c>settings</c>, <c>address</c>, <c>sign-in</c>, <c>server</c>, <c>chat</c>, <c>stream</c>, <c>context</c>, <c>fast</c>, <c>embedding</c>, <c>batch</c>, <c>rerank</c>, <c>collections</c>, <c>connections</c> or <c>disk</c>.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Code">Stable code of the finding in snake case, listed in docs/diagnosis.md.</param>
/// <param name="Finding">What was found, as a sentence for the operator. Never holds a key, a question or text of a document.</param>
/// <param name="Cure">What to do, as a sentence; null when there is nothing to do.</param>
/// <param name="Elapsed">How long the step took so far.</param>
public sealed record DiagnosisStep(string Provider, string Name, DiagnosisOutcome Outcome, string Code, string Finding, string? Cure, TimeSpan Elapsed);

/// <summary>Finds out what is wrong with the configured providers, by using each as it will be used.</summary>
public interface IProviderDoctor
{
    /// <summary>Checks providers step by step, in their order. What fails becomes a step; nothing of a provider is thrown.</summary>
    /// <param name="scope">Which collections may be named where their embeddings differ from a provider's.</param>
    /// <param name="provider">Name of one provider, or <c>openai</c>, <c>azure</c> or <c>local</c> for all of that kind; null for all. With none configured and null, the built-in mode is checked.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="Errors.ProviderNotFoundException">No such provider is configured.</exception>
    IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(AccessScope scope, string? provider, CancellationToken cancellationToken);
}
