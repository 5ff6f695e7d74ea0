using Synapse.Errors;

namespace Synapse.Chat;

/// <summary>The chat models of all configured providers, in their order: retries, fallback, time limits and metering happen behind this port.</summary>
public interface IChatModels
{
    /// <summary>Whether a provider with this role is configured; with <paramref name="localOnly"/>, one on this machine or its private network.</summary>
    bool IsConfigured(ModelRole role, bool localOnly);

    /// <summary>Asks the first provider that can answer. Ends with exactly one <see cref="ChatFinished"/>, or throws.</summary>
    /// <param name="request">What to ask.</param>
    /// <param name="cancellationToken">Stops the work; the provider's connection is closed within a second.</param>
    /// <exception cref="ProviderException">Every provider failed, or the one that had begun to write did; it carries the first provider's failure.</exception>
    /// <exception cref="LocalOnlyException">Only local providers may be asked, and none is configured.</exception>
    IAsyncEnumerable<ChatEvent> StreamAsync(ChatRequest request, CancellationToken cancellationToken);
}
