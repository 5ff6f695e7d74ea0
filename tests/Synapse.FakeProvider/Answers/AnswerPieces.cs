namespace Synapse.Fakes.Answers;

/// <summary>Cuts an answer into the pieces of a stream: words with the blank before them.</summary>
internal static class AnswerPieces
{
    public static IReadOnlyList<string> Of(string answer)
    {
        var pieces = new List<string>();
        var start = 0;
        for (var i = 1; i < answer.Length; i++)
        {
            if (char.IsWhiteSpace(answer[i]) && !char.IsWhiteSpace(answer[i - 1]))
            {
                pieces.Add(answer[start..i]);
                start = i;
            }
        }

        if (start < answer.Length)
        {
            pieces.Add(answer[start..]);
        }

        return pieces;
    }
}
