namespace Synapse.Errors;

/// <summary>Why a provider failed, and so whether it is asked again, whether another takes over, and who has to act.</summary>
public enum ProviderFailure
{
    /// <summary>It asks to wait.</summary>
    Throttled,

    /// <summary>The account has nothing left to spend.</summary>
    QuotaExhausted,

    /// <summary>It cannot be reached, is loading, or failed by itself.</summary>
    Unavailable,

    /// <summary>The prompt or text is longer than its context.</summary>
    TooLarge,

    /// <summary>Its content filter refused the prompt or the reply.</summary>
    Filtered,

    /// <summary>It does not accept the credential, or the credential lacks a right.</summary>
    Auth,

    /// <summary>It does not know the model, deployment, path or a parameter.</summary>
    BadConfig,

    /// <summary>The reply was cut off.</summary>
    Interrupted,

    /// <summary>What it sent breaks its own protocol.</summary>
    Protocol,
}

/// <summary>A provider failed.</summary>
/// <param name="provider">Name of the provider, as configured.</param>
/// <param name="failure">Why.</param>
/// <param name="message">What happened and what to do, for the person who asked; nothing that the provider sent stands in it.</param>
/// <param name="detail">What the operator should know: status, code and text of the provider, with secrets taken out; null when there is nothing more.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class ProviderException(string provider, ProviderFailure failure, string message, string? detail = null, Exception? innerException = null)
    : SynapseException(KindOf(failure), CodeOf(failure), "Model provider failed", message, innerException)
{
    /// <summary>Name of the provider, as configured.</summary>
    public string Provider { get; } = provider;

    /// <summary>Why it failed.</summary>
    public ProviderFailure Failure { get; } = failure;

    /// <summary>What the operator should know; never shown to who asked.</summary>
    public string? Detail { get; } = detail;

    /// <summary>How long the provider asked to wait; null when it did not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The stable code of a failure.</summary>
    public static string CodeOf(ProviderFailure failure) => failure switch
    {
        ProviderFailure.Throttled => "provider_throttled",
        ProviderFailure.QuotaExhausted => "provider_quota_exhausted",
        ProviderFailure.Unavailable => "provider_unavailable",
        ProviderFailure.TooLarge => "context_too_large",
        ProviderFailure.Filtered => "content_filtered",
        ProviderFailure.Auth => "provider_auth_failed",
        ProviderFailure.BadConfig => "provider_misconfigured",
        ProviderFailure.Interrupted => "provider_interrupted",
        ProviderFailure.Protocol => "provider_protocol_error",
        _ => throw new ArgumentOutOfRangeException(nameof(failure)),
    };

    private static SynapseErrorKind KindOf(ProviderFailure failure)
        => failure is ProviderFailure.TooLarge or ProviderFailure.Filtered ? SynapseErrorKind.BadInput : SynapseErrorKind.Unavailable;
}

/// <summary>No provider of that name is configured.</summary>
/// <param name="name">What was asked for.</param>
/// <param name="advice">Which there are, and how to configure it, as sentences.</param>
public sealed class ProviderNotFoundException(string name, string advice)
    : SynapseException(SynapseErrorKind.NotFound, "provider_not_found", "Provider not found", $"No provider '{name}' is configured. {advice}");
