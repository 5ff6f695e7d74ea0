namespace Synapse.Answering.Generation;

/// <summary>Takes their power from character sequences that chat templates of local models read as the end of a turn.</summary>
internal static class SpecialTokens
{
    private static readonly string[] s_openers =
    [
        "<|", "<｜", "|>", "<start_of_turn>", "<end_of_turn>", "<s>", "</s>", "<<SYS>>", "<</SYS>>", "[INST]", "[/INST]", "<bos>", "<eos>", "<think>", "</think>",
    ];

    /// <summary>Returns the text with a blank inside of every such sequence. What a model cites is looked up in the stored text, never in this one.</summary>
    public static string Defuse(string text)
    {
        if (text.AsSpan().IndexOfAny("<[|") < 0)
        {
            return text;
        }

        foreach (var opener in s_openers)
        {
            if (text.Contains(opener, StringComparison.OrdinalIgnoreCase))
            {
                text = text.Replace(opener, $"{opener[0]} {opener[1..]}", StringComparison.OrdinalIgnoreCase);
            }
        }

        return text;
    }
}
