using System.Text;

namespace Synapse.Cli.Output;

/// <summary>Marks the words of a query in text.</summary>
internal sealed class TermMarker
{
    private const int ShortestWord = 2;
    private readonly string[] _words;

    /// <summary>Creates a marker.</summary>
    /// <param name="query">The query; its runs of letters and digits are the words.</param>
    public TermMarker(string query)
    {
        var words = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var start = 0; start < query.Length; start++)
        {
            var end = start;
            while (end < query.Length && (char.IsLetterOrDigit(query[end]) || query[end] == '_'))
            {
                end++;
            }

            if (end - start >= ShortestWord && query[start..end].ToLowerInvariant() is var word && !StopWords.Contains(word))
            {
                words.Add(word);
            }

            start = end;
        }

        // Longest first, so that "retries" is marked whole where "retry" was asked for as well.
        _words = [.. words.OrderByDescending(word => word.Length)];
    }

    private static HashSet<string> StopWords { get; } =
        ["a", "an", "and", "are", "as", "at", "be", "by", "does", "do", "for", "from", "how", "in", "is", "it", "of", "on", "or", "the", "to", "what", "when", "where", "which", "who", "why", "with"];

    /// <summary>Whether any word begins in the text.</summary>
    public bool Matches(string text) => _words.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>Returns the text with every occurrence of a word marked.</summary>
    public string Mark(string text, Terminal terminal)
    {
        if (!terminal.IsStyled || _words.Length == 0)
        {
            return text;
        }

        var marked = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var word = _words.FirstOrDefault(word => string.Compare(text, i, word, 0, word.Length, StringComparison.OrdinalIgnoreCase) == 0);
            marked.Append(word is null ? text[i].ToString() : terminal.Match(text.Substring(i, word.Length)));
            i += word?.Length ?? 1;
        }

        return marked.ToString();
    }
}
