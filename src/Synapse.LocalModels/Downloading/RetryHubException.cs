namespace Synapse.LocalModels.Downloading;

/// <summary>An attempt failed in a way that may pass.</summary>
/// <param name="reason">What went wrong, as a sentence.</param>
/// <param name="retryAfter">When the hub wants to be asked again; null when it does not say.</param>
/// <param name="innerException">The cause.</param>
internal sealed class RetryHubException(string reason, TimeSpan? retryAfter = null, Exception? innerException = null) : Exception(reason, innerException)
{
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
