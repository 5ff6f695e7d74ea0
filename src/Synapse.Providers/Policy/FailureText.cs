using System.Globalization;
using Synapse.Errors;
using Synapse.Providers.Configuration;
using Synapse.Providers.Wire;

namespace Synapse.Providers.Policy;

/// <summary>What a failure is called before the person who asked, who cannot mend the server and must not see what it said.</summary>
internal static class FailureText
{
    /// <summary>Makes the error that leaves this project.</summary>
    public static ProviderException ToException(this WireFailure failure, ProviderSettings settings, Exception? cause)
        => new(settings.Name, failure.Kind, Message(failure, settings.Name), failure.Detail, cause) { RetryAfter = failure.RetryAfter };

    /// <summary>Why a provider could not be asked at all, for the operator's log: with what its sign-in service said, and without secrets.</summary>
    public static string ForLog(SynapseException error, ProviderSettings settings)
        => Redaction.Apply(error is ProviderException { Detail: { } detail } ? $"{error.Message} {detail}" : error.Message, settings);

    /// <summary>Why one waits, in a word or two.</summary>
    public static string Waiting(WireFailure failure) => failure switch
    {
        { IsLoading: true } => "loading its model",
        { Kind: ProviderFailure.Throttled } => "busy",
        { Kind: ProviderFailure.Interrupted } => "cut off",
        _ => "not answering",
    };

    private static string Message(WireFailure failure, string provider) => failure.Kind switch
    {
        ProviderFailure.Throttled => $"The model provider '{provider}' is busy. Try again{In(failure.RetryAfter)}.",
        ProviderFailure.QuotaExhausted => $"The account at the model provider '{provider}' has no quota left. An administrator has to top it up or raise its limit.",
        ProviderFailure.Unavailable when failure.IsLoading => $"The model provider '{provider}' is still loading its model. Try again in a minute.",
        ProviderFailure.Unavailable => $"The model provider '{provider}' cannot be reached or does not work. Try again later; an administrator finds the cause with 'synapse doctor'.",
        ProviderFailure.TooLarge => $"The question with its passages is longer than the model of '{provider}' can read. Ask a shorter question or allow fewer passages.",
        ProviderFailure.Filtered => $"The content filter of '{provider}' refused this question or its answer. Ask in other words; the filter's rules are the provider's.",
        ProviderFailure.Auth => $"The model provider '{provider}' does not accept the configured credential. An administrator has to correct it; 'synapse doctor' names the fault.",
        ProviderFailure.BadConfig => $"The model provider '{provider}' does not know the configured model, deployment or a parameter. An administrator has to correct it; 'synapse doctor' names the fault.",
        ProviderFailure.Interrupted => $"The answer of '{provider}' was cut off and is not complete. Ask again.",
        ProviderFailure.Protocol => $"The model provider '{provider}' sent something that cannot be read as an answer. An administrator should check what listens at its address.",
        _ => throw new ArgumentOutOfRangeException(nameof(failure)),
    };

    private static string In(TimeSpan? wait) => wait is { TotalSeconds: >= 1 } span
        ? span.TotalSeconds < 120
            ? string.Create(CultureInfo.InvariantCulture, $" in {Math.Ceiling(span.TotalSeconds)} s")
            : string.Create(CultureInfo.InvariantCulture, $" in {Math.Ceiling(span.TotalMinutes)} min")
        : " in a moment";
}
