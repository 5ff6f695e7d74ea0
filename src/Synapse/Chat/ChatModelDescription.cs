namespace Synapse.Chat;

/// <summary>What a prompt must know of the model that will read it.</summary>
/// <param name="Provider">Name of the provider, as configured.</param>
/// <param name="Model">Name of the model or deployment, as configured.</param>
/// <param name="IsLocal">Whether the provider runs on this machine or its private network.</param>
/// <param name="ContextTokens">Tokens that prompt and output may have together: the real window of the server, or less; at least 1.</param>
/// <param name="MaxOutputTokens">Most tokens that the model may write; at least 1, less than <paramref name="ContextTokens"/>.</param>
/// <param name="Tokens">Counts the tokens of a text; never fewer than the model's own count, as far as that is known.</param>
public sealed record ChatModelDescription(string Provider, string Model, bool IsLocal, int ContextTokens, int MaxOutputTokens, ITokenCounter Tokens);
