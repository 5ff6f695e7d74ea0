using Synapse.Telemetry;

namespace Synapse.Providers.Diagnosis;

/// <summary>What a check found.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Code">One of <see cref="FindingCodes"/>.</param>
/// <param name="Text">The finding as a sentence.</param>
/// <param name="Cure">What to do; null when there is nothing to do.</param>
internal sealed record Finding(DiagnosisOutcome Outcome, string Code, string Text, string? Cure = null)
{
    /// <summary>Whether what was looked at can be used.</summary>
    public bool IsUsable => Outcome is DiagnosisOutcome.Ok or DiagnosisOutcome.Warning;

    public static Finding Ok(string code, string text) => new(DiagnosisOutcome.Ok, code, text);

    public static Finding Warning(string code, string text, string cure) => new(DiagnosisOutcome.Warning, code, text, cure);

    public static Finding Failed(string code, string text, string cure) => new(DiagnosisOutcome.Failed, code, text, cure);
}
