using Microsoft.Extensions.AI;

namespace Synapse.Chat;

/// <summary>The messages for one model.</summary>
/// <param name="Messages">System message first, then the conversation, the question last.</param>
/// <param name="MaxOutputTokens">Most tokens of the reply; at least 1.</param>
/// <param name="Temperature">0 for the likeliest text; null for the model's own setting.</param>
public sealed record ChatPrompt(IReadOnlyList<ChatMessage> Messages, int MaxOutputTokens, float? Temperature = 0);

/// <summary>Asks the chat models for a text.</summary>
/// <param name="Role">What the text is for.</param>
/// <param name="LocalOnly">Whether only providers on this machine or its private network may see the prompt.</param>
/// <param name="Prompt">
/// Makes the prompt for the model that is about to be asked. Called again, with another description, when the next provider takes over or when the server
/// has a smaller window than it told; so what it makes must fit <see cref="ChatModelDescription.ContextTokens"/>.
/// </param>
public sealed record ChatRequest(ModelRole Role, bool LocalOnly, Func<ChatModelDescription, ChatPrompt> Prompt);
