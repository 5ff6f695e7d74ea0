namespace Synapse.Chat;

/// <summary>What happens while a model writes: waits and starts, then text, then exactly one end. A failure is thrown as <see cref="Errors.ProviderException"/>.</summary>
public abstract record ChatEvent;

/// <summary>A provider is asked. Comes again when the next provider takes over, which never happens after the first <see cref="ChatText"/>.</summary>
/// <param name="Model">The model that was given the prompt.</param>
public sealed record ChatStarted(ChatModelDescription Model) : ChatEvent;

/// <summary>A provider is busy or loading, and is asked again later.</summary>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Reason">Why, for a person: "busy", "loading its model".</param>
/// <param name="RetryAfter">How long until it is asked again.</param>
public sealed record ChatWaiting(string Provider, string Reason, TimeSpan RetryAfter) : ChatEvent;

/// <summary>A piece of the text.</summary>
/// <param name="Text">Not empty; may be cut anywhere.</param>
public sealed record ChatText(string Text) : ChatEvent;

/// <summary>The model is thinking; what it thinks is not part of the text.</summary>
/// <param name="Text">A piece of the thoughts.</param>
public sealed record ChatReasoning(string Text) : ChatEvent;

/// <summary>The end: the reply is complete in the sense of <paramref name="Finish"/>.</summary>
/// <param name="Finish">How it ended.</param>
/// <param name="Usage">Tokens as the server counted them; null when it did not say.</param>
public sealed record ChatFinished(ChatFinish Finish, TokenUsage? Usage) : ChatEvent;

/// <summary>How a reply ended.</summary>
public enum ChatFinish
{
    /// <summary>The model came to its end.</summary>
    Complete,

    /// <summary>The limit of output tokens or of the context cut it short.</summary>
    Truncated,

    /// <summary>The provider's content filter stopped it; what was shown is to be withdrawn.</summary>
    Filtered,
}

/// <summary>Tokens of one request as the server counted them.</summary>
/// <param name="InputTokens">Tokens of the prompt.</param>
/// <param name="OutputTokens">Tokens of the reply.</param>
public sealed record TokenUsage(long InputTokens, long OutputTokens);
