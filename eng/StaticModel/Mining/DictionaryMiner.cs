using System.Text;
using System.Text.RegularExpressions;

namespace Synapse.StaticModel.Mining;

/// <summary>Dictionaries: dictd files (headword and definition) and MyThes files (word and synonyms).</summary>
internal static partial class DictionaryMiner
{
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    [GeneratedRegex(@"[{}\\|]|\[(?:1913 Webster|PJC|Obs\.|R\.|\+?\w+|\d+[^\]]*)\]|""[^""]{0,200}$")]
    private static partial Regex DictionaryMarkup();

    [GeneratedRegex(@"^\s*(?:[nvar]|adj|adv)?\s*\d+[:.]\s*", RegexOptions.Multiline)]
    private static partial Regex SenseNumber();

    public static void MineDictd(string index, byte[] dictionary, List<MinedPair> pairs)
    {
        foreach (var line in index.Split('\n'))
        {
            var fields = line.Split('\t');
            if (fields.Length < 3 || fields[0].StartsWith("00-database", StringComparison.Ordinal) || fields[0].Length is < 2 or > 80)
            {
                continue;
            }

            var offset = Decode(fields[1]);
            var length = Decode(fields[2]);
            if (offset < 0 || length < 20 || offset + length > dictionary.Length)
            {
                continue;
            }

            var text = Encoding.UTF8.GetString(dictionary, (int)offset, (int)Math.Min(length, 6_000));
            var newline = text.IndexOf('\n', StringComparison.Ordinal);
            var body = newline < 0 ? text : text[newline..];
            body = Prose.Squeeze(SenseNumber().Replace(DictionaryMarkup().Replace(body, " "), " "));
            if (body.Length < 25)
            {
                continue;
            }

            pairs.Add(new MinedPair(PairKind.Definition, fields[0], body.Length > 1_200 ? body[..1_200] : body));
            if (body.Length > 200)
            {
                Prose.AddCloze(pairs, fields[0], body.Length > 1_400 ? body[..1_400] : body);
            }
        }
    }

    public static void MineThesaurus(string text, List<MinedPair> pairs)
    {
        var lines = text.Split('\n');
        for (var i = 1; i < lines.Length; i++)
        {
            var head = lines[i].Split('|');
            if (head.Length != 2 || !int.TryParse(head[1], out var senses))
            {
                continue;
            }

            for (var s = 0; s < senses && i + 1 < lines.Length; s++)
            {
                var synonyms = lines[++i].Split('|').Skip(1).Where(static w => !w.Contains("(antonym)", StringComparison.Ordinal)).ToArray();
                if (synonyms.Length >= 2)
                {
                    pairs.Add(new MinedPair(PairKind.Definition, head[0], string.Join(", ", synonyms)));
                }
            }
        }
    }

    private static long Decode(string digits)
    {
        long value = 0;
        foreach (var c in digits.Trim())
        {
            var digit = Base64.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
            {
                return -1;
            }

            value = (value * 64) + digit;
        }

        return value;
    }
}
