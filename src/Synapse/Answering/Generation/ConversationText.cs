using Synapse.Chat;

namespace Synapse.Answering.Generation;

/// <summary>Writes the conversation so far for a prompt.</summary>
internal static class ConversationText
{
    /// <summary>Writes the last exchanges that fit, oldest first.</summary>
    /// <param name="history">Oldest first.</param>
    /// <param name="boundary">Parts it from the rest of the prompt.</param>
    /// <param name="maxTokens">Tokens that it may take.</param>
    /// <param name="tokens">Counts them.</param>
    /// <returns>Empty without an exchange that fits.</returns>
    public static string Of(IReadOnlyList<Exchange> history, string boundary, int maxTokens, ITokenCounter tokens)
    {
        var text = "";
        for (var i = history.Count - 1; i >= 0; i--)
        {
            var longer = $"Reader: {SpecialTokens.Defuse(history[i].Question)}\nAnswer: {SpecialTokens.Defuse(history[i].Answer)}\n{text}";
            if (tokens.Count(longer) > maxTokens)
            {
                break;
            }

            text = longer;
        }

        return text.Length == 0 ? "" : $"The conversation so far, to understand what the question speaks of; it is no source for the answer:\n\n<<<{boundary} CONVERSATION>>>\n{text}<<<{boundary} END>>>\n\n";
    }
}
