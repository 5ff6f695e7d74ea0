namespace Synapse.Errors;

/// <summary>A model in this process has more waiting than it takes.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="retryAfter">When it is likely to have worked off what waits.</param>
public sealed class ModelBusyException(string model, TimeSpan retryAfter)
    : SynapseException(SynapseErrorKind.Unavailable, "model_busy", "Model is busy", $"Too many texts wait for the model '{model}'. Ask again in {Math.Ceiling(retryAfter.TotalSeconds):0} s.")
{
    /// <summary>When it is likely to have worked off what waits; at least a second.</summary>
    public TimeSpan RetryAfter { get; } = retryAfter;
}

/// <summary>A call has more tokens than the model takes at once; nothing of it was queued.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="maxTokens">Most tokens of a call.</param>
public sealed class TooManyTokensException(string model, int maxTokens)
    : SynapseException(SynapseErrorKind.BadInput, "too_many_tokens", "Too many tokens", $"The texts for the model '{model}' have more than {maxTokens} tokens together. Send fewer texts at once.")
{
    /// <summary>Most tokens of a call.</summary>
    public int MaxTokens { get; } = maxTokens;
}

/// <summary>A model in this process failed while it ran.</summary>
/// <param name="model">Name of the model.</param>
/// <param name="reason">What went wrong, as a clause.</param>
/// <param name="innerException">The cause.</param>
public sealed class ModelFailedException(string model, string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Internal, "model_failed", "Model failed", $"The model '{model}' failed: {reason}.", innerException);

/// <summary>This machine or this installation cannot run a model as asked.</summary>
/// <param name="reason">What is missing and what to install, as sentences.</param>
/// <param name="innerException">The cause.</param>
public sealed class ModelRuntimeException(string reason, Exception? innerException = null)
    : SynapseException(SynapseErrorKind.Unavailable, "model_runtime_missing", "Model cannot run here", reason, innerException);
