using Synapse.Chat;
using Synapse.Errors;

namespace Synapse.Providers.Tests.TestSupport;

/// <summary>Everything that one chat request led to.</summary>
internal sealed record ChatOutcome(IReadOnlyList<ChatEvent> Events, SynapseException? Error)
{
    public string Text => string.Concat(Events.OfType<ChatText>().Select(text => text.Text));

    public string Thoughts => string.Concat(Events.OfType<ChatReasoning>().Select(thought => thought.Text));

    public ChatFinished? Finished => Events.OfType<ChatFinished>().SingleOrDefault();

    public ProviderFailure? Failure => (Error as ProviderException)?.Failure;
}
