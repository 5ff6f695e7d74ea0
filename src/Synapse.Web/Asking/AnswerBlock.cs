using Synapse.Answering;

namespace Synapse.Web.Asking;

/// <summary>Sentences that stand together in the layout of an answer: a paragraph, a list item, a heading, a row of a table, a block of code.</summary>
/// <param name="Form">What they are.</param>
/// <param name="Marker">Mark of the list item: <c>-</c>, <c>1.</c>; null for none.</param>
/// <param name="Indent">Blanks before the mark.</param>
/// <param name="Sentences">The sentences, in order.</param>
public sealed record AnswerBlock(SentenceForm Form, string? Marker, int Indent, IReadOnlyList<AnswerSentence> Sentences)
{
    /// <summary>Puts sentences into blocks by what stands before each.</summary>
    public static IReadOnlyList<AnswerBlock> Of(IReadOnlyList<AnswerSentence> sentences)
    {
        ArgumentNullException.ThrowIfNull(sentences);
        var blocks = new List<AnswerBlock>();
        foreach (var sentence in sentences)
        {
            var line = sentence.Lead.TrimStart('\n');
            var marker = line.Trim();
            var begins = blocks.Count == 0 || marker.Length > 0 || sentence.Lead.Contains('\n', StringComparison.Ordinal)
                || sentence.Form != blocks[^1].Form || sentence.Form != SentenceForm.Prose;
            if (begins)
            {
                blocks.Add(new AnswerBlock(sentence.Form, marker.Length > 0 ? marker : null, line.Length - line.TrimStart().Length, [sentence]));
            }
            else
            {
                blocks[^1] = blocks[^1] with { Sentences = [.. blocks[^1].Sentences, sentence] };
            }
        }

        return blocks;
    }
}
