using System.Text;
using System.Text.RegularExpressions;

namespace Synapse.StaticModel.Mining;

/// <summary>Makes pairs from running text: heading and section, sentence and the rest of its paragraph, paragraph and the next.</summary>
internal static partial class Prose
{
    private const int BlockChars = 1_400;

    private static readonly HashSet<string> FunctionWords = new(StringComparer.Ordinal)
    {
        "the", "of", "a", "an", "is", "to", "in", "and", "for", "are", "be", "this", "that", "with", "or", "by", "as", "on", "it", "from", "if", "can", "not",
    };

    [GeneratedRegex(@"(?<=[a-z0-9\)\]""'][.!?])\s+(?=[A-Z""'(])")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();

    public static string Squeeze(string text) => Whitespace().Replace(text, " ").Trim();

    /// <summary>Emits the pairs of one section.</summary>
    /// <param name="pairs">Receives the pairs.</param>
    /// <param name="title">Title of the document; may be empty.</param>
    /// <param name="heading">Heading of the section; may be empty.</param>
    /// <param name="body">Paragraphs, separated by blank lines.</param>
    public static void AddSection(List<MinedPair> pairs, string title, string heading, string body)
    {
        var blocks = Blocks(body);
        if (blocks.Count == 0)
        {
            return;
        }

        heading = Squeeze(heading);
        title = Squeeze(title);
        if (heading.Length > 160)
        {
            heading = "";
        }

        if (title.Length > 120)
        {
            title = "";
        }

        var query = heading.Length == 0 || title.Contains(heading, StringComparison.OrdinalIgnoreCase) ? title : title.Length == 0 ? heading : heading + " " + title;
        if (query.Length > 3)
        {
            pairs.Add(new MinedPair(PairKind.Section, query, blocks[0]));
        }

        for (var i = 0; i < blocks.Count && i < 40; i++)
        {
            AddCloze(pairs, heading.Length is > 3 and < 80 ? heading : "", blocks[i]);
            if (i + 1 < blocks.Count && blocks[i].Length > 400 && blocks[i + 1].Length > 300)
            {
                pairs.Add(new MinedPair(PairKind.Next, FirstSentences(blocks[i + 1], 300), blocks[i]));
            }
        }
    }

    /// <summary>Takes one or two sentences out of a block; what is left is their passage.</summary>
    public static void AddCloze(List<MinedPair> pairs, string heading, string block)
    {
        var sentences = SentenceEnd().Split(block);
        if (sentences.Length < 3 || block.Length < 300)
        {
            return;
        }

        var draws = sentences.Length >= 7 ? 2 : 1;
        var seed = Fnv(block);
        var last = -1;
        for (var draw = 0; draw < draws; draw++)
        {
            var index = (int)(seed % (uint)sentences.Length);
            seed = (seed * 6364136223846793005UL) + 1442695040888963407UL >> 3;
            if (index == last || sentences[index].Length is < 30 or > 320)
            {
                continue;
            }

            last = index;
            var rest = string.Join(' ', sentences.Where((_, i) => i != index));
            if (heading.Length > 0 && (seed & 1) == 0)
            {
                rest = heading + ". " + rest;
            }

            pairs.Add(new MinedPair(PairKind.Cloze, sentences[index], rest));
        }
    }

    /// <summary>Splits a body into blocks of whole paragraphs of at most about 1,400 characters that look like English prose.</summary>
    public static List<string> Blocks(string body)
    {
        var blocks = new List<string>();
        var current = new StringBuilder();
        foreach (var paragraph in body.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            var text = Squeeze(paragraph);
            if (text.Length == 0)
            {
                continue;
            }

            for (var start = 0; start < text.Length; start += BlockChars)
            {
                var piece = text.Substring(start, Math.Min(BlockChars, text.Length - start));
                if (current.Length > 0 && current.Length + piece.Length > BlockChars)
                {
                    Flush(current, blocks);
                }

                current.Append(piece).Append(' ');
            }
        }

        Flush(current, blocks);
        return blocks;
    }

    public static bool LooksEnglish(string text)
    {
        int words = 0, hits = 0;
        foreach (var range in text.AsSpan().Split(' '))
        {
            var word = text.AsSpan(range);
            if (word.Length is 0 or > 30)
            {
                continue;
            }

            words++;
            if (word.Length <= 4 && FunctionWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word))
            {
                hits++;
            }
        }

        return words >= 8 && hits * 100 >= words * (words > 40 ? 9 : 5);
    }

    public static string FirstSentences(string text, int maxChars)
    {
        var taken = new StringBuilder();
        foreach (var sentence in SentenceEnd().Split(text))
        {
            if (taken.Length > 0 && taken.Length + sentence.Length > maxChars)
            {
                break;
            }

            taken.Append(taken.Length > 0 ? " " : "").Append(sentence);
            if (taken.Length > 80)
            {
                break;
            }
        }

        return taken.Length > maxChars ? taken.ToString(0, maxChars) : taken.ToString();
    }

    public static ulong Fnv(ReadOnlySpan<char> text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash ^ (hash >> 29);
    }

    private static void Flush(StringBuilder current, List<string> blocks)
    {
        var text = current.ToString().Trim();
        current.Clear();
        if (text.Length >= 60 && LooksEnglish(text))
        {
            blocks.Add(text);
        }
    }
}
