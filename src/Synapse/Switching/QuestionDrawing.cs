using System.Text.RegularExpressions;

namespace Synapse.Switching;

/// <summary>Makes questions of documents where nobody has judged any: a sentence of each, which has to find its own document again.</summary>
internal static partial class QuestionDrawing
{
    private const int LeastWords = 5;
    private const int MostWords = 16;

    /// <summary>Makes questions.</summary>
    /// <param name="sample">The documents.</param>
    /// <returns>At most one for each document; none for one without a line of five words.</returns>
    public static IReadOnlyList<EvaluationQuestion> Make(DocumentSample sample)
    {
        var random = new Random(20_261_128);
        var questions = new List<EvaluationQuestion>(sample.Documents.Count);
        foreach (var (document, text) in sample.Documents)
        {
            var chunks = DocumentSample.ChunksOf(document, text).ToArray();
            var first = random.Next(Math.Max(chunks.Length, 1));
            for (var i = 0; i < chunks.Length; i++)
            {
                if (SentenceOf(chunks[(first + i) % chunks.Length], random) is { } sentence)
                {
                    questions.Add(new EvaluationQuestion(sentence, [document.Path]));
                    break;
                }
            }
        }

        return questions;
    }

    private static string? SentenceOf(string chunk, Random random)
    {
        var sentences = Breaks().Split(chunk)
            .Select(static sentence => Words().Matches(sentence).Select(static word => word.Value).Take(MostWords).ToArray())
            .Where(static words => words.Length >= LeastWords)
            .ToArray();
        return sentences.Length == 0 ? null : string.Join(' ', sentences[random.Next(sentences.Length)]);
    }

    [GeneratedRegex(@"[.!?。！？]\s|\n", RegexOptions.CultureInvariant)]
    private static partial Regex Breaks();

    [GeneratedRegex(@"[\p{L}\p{N}_]+", RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
