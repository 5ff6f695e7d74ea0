namespace Synapse.Chat;

/// <summary>What a chat model is used for.</summary>
public enum ModelRole
{
    /// <summary>Writes answers.</summary>
    Chat,

    /// <summary>Does small work beside an answer, such as rewriting a follow-up question; the chat model does it when no provider has this role.</summary>
    Fast,
}
