using System.Text.Json.Nodes;
using Synapse.LocalModels.Tokenizing;
using Synapse.LocalModels.Tokenizing.Splitting;

namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>Makes small models of every kind from <see cref="TinyCorpus"/>, always the same.</summary>
internal static class TinyVocabularies
{
    private static readonly string[] BertSpecial = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    /// <summary>BERT's vocabulary: whole words, characters, ends of words.</summary>
    public static IReadOnlyList<string> WordPieces()
    {
        var pieces = new List<string>(BertSpecial);
        var words = TinyCorpus.Words(static word => word.Trim('.', ',', ';', '?')).Where(static word => word.Word.Length > 0).ToList();
        // Characters stand for themselves, and inside a word too: but not all, so that some words stay unknown.
        foreach (var character in words.SelectMany(static word => word.Word.EnumerateRunes()).Distinct().Where(static (_, index) => index % 7 != 3))
        {
            pieces.Add(character.ToString());
            pieces.Add("##" + character);
        }

        foreach (var (word, _) in words.Where(static word => word.Word.Length > 1))
        {
            pieces.Add(word.ToLowerInvariant());
            pieces.Add(word);
            if (word.Length > 3 && !char.IsSurrogate(word[2]) && !char.IsSurrogate(word[^3]))
            {
                pieces.Add(word[..2].ToLowerInvariant());
                pieces.Add("##" + word[2..]);
                pieces.Add("##" + word[^2..]);
            }
        }

        pieces.AddRange([".", ",", "!", "?", "'", "-", "[", "]", "(", ")", "/", ":", "##", "cafe", "grosse", "σοφοσ", "i", "##s", "##ing"]);
        return [.. pieces.Distinct()];
    }

    public static JsonObject WordPiece(IReadOnlyList<string> pieces, int maxWordCharacters = 100) => new()
    {
        ["type"] = "WordPiece",
        ["unk_token"] = "[UNK]",
        ["continuing_subword_prefix"] = "##",
        ["max_input_chars_per_word"] = maxWordCharacters,
        ["vocab"] = Ids(pieces),
    };

    /// <summary>Byte pair encoding, learned the usual way from words.</summary>
    /// <param name="words">The words, each as its first symbols.</param>
    /// <param name="special">Tokens before all others.</param>
    /// <param name="mergeCount">How many merges to learn.</param>
    /// <param name="prefix">What symbols inside a word begin with.</param>
    /// <param name="isLegacy">Whether merges are written as one text.</param>
    public static JsonObject Bpe(IReadOnlyList<(List<string> Symbols, int Count)> words, string[] special, int mergeCount, string prefix = "", bool isLegacy = false)
    {
        var vocabulary = new List<string>(special);
        vocabulary.AddRange(words.SelectMany(static word => word.Symbols).Distinct().Order(StringComparer.Ordinal));
        var merges = new JsonArray();
        for (var round = 0; round < mergeCount; round++)
        {
            var best = words.SelectMany(static word => word.Symbols.Zip(word.Symbols.Skip(1), (left, right) => (left, right, word.Count)))
                .GroupBy(static pair => (pair.left, pair.right), static pair => pair.Count)
                .OrderByDescending(static group => group.Sum()).ThenBy(static group => group.Key.left + " " + group.Key.right, StringComparer.Ordinal).First().Key;
            var merged = best.left + best.right[prefix.Length..];
            foreach (var (symbols, _) in words)
            {
                for (var i = 0; i + 1 < symbols.Count; i++)
                {
                    if (symbols[i] == best.left && symbols[i + 1] == best.right)
                    {
                        symbols[i] = merged;
                        symbols.RemoveAt(i + 1);
                    }
                }
            }

            vocabulary.Add(merged);
            merges.Add(isLegacy ? $"{best.left} {best.right}" : new JsonArray(best.left, best.right));
        }

        return new JsonObject { ["type"] = "BPE", ["dropout"] = null, ["unk_token"] = null, ["vocab"] = Ids([.. vocabulary.Distinct()]), ["merges"] = merges };
    }

    /// <summary>Words as characters, with a space before them that can be seen.</summary>
    public static IReadOnlyList<(List<string> Symbols, int Count)> Characters(Func<string, IEnumerable<string>> symbols)
        => [.. TinyCorpus.Words().Select(word => (symbols(word.Word).ToList(), word.Count))];

    public static IEnumerable<string> Runes(string text) => text.EnumerateRunes().Select(static rune => rune.ToString());

    public static string Bytes(string text)
    {
        var output = new CharBuffer();
        ByteAlphabet.Append(text, output);
        return output.Span.ToString();
    }

    /// <summary>All 256 characters of the byte alphabet.</summary>
    public static string[] AllBytes()
        => [.. Enumerable.Range(0, 0x180).Select(static code => ((char)code).ToString()).SelectMany(static text => Bytes(text)).Distinct().Select(static c => c.ToString()),
            .. "\u0100\u0800\U00010000\U00100000".EnumerateRunes().SelectMany(static rune => Bytes(rune.ToString())).Select(static c => c.ToString())];

    /// <summary>SentencePiece's unigram model: pieces of words with the logarithm of how often they occur.</summary>
    public static JsonObject Unigram(string[] special, bool withBytes)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (word, count) in TinyCorpus.Words(static word => "▁" + word))
        {
            var runes = Runes(word).ToArray();
            for (var start = 0; start < runes.Length; start++)
            {
                for (var length = 1; length <= 8 && start + length <= runes.Length; length++)
                {
                    var piece = string.Concat(runes[start..(start + length)]);
                    counts[piece] = counts.GetValueOrDefault(piece) + count;
                }
            }
        }

        // Frequent pieces, and characters but not all: some stay unknown.
        var total = (double)counts.Values.Sum();
        var kept = counts.Where(static piece => piece.Value > 1 || (Runes(piece.Key).Count() == 1 && piece.Key[0] % 5 != 2)).OrderByDescending(static piece => piece.Value).ThenBy(static piece => piece.Key, StringComparer.Ordinal);
        var vocabulary = new JsonArray();
        foreach (var token in special)
        {
            vocabulary.Add(new JsonArray(token, 0.0));
        }

        for (var value = 0; withBytes && value < 256; value++)
        {
            vocabulary.Add(new JsonArray($"<0x{value:X2}>", 0.0));
        }

        foreach (var (piece, count) in kept)
        {
            vocabulary.Add(new JsonArray(piece, Math.Log(count / total)));
        }

        return new JsonObject { ["type"] = "Unigram", ["unk_id"] = Array.IndexOf(special, "<unk>"), ["vocab"] = vocabulary, ["byte_fallback"] = withBytes };
    }

    public static int IdOf(JsonObject model, string token)
        => model["vocab"] is JsonArray list ? Enumerable.Range(0, list.Count).First(id => (string)list[id]![0]! == token) : (int)model["vocab"]![token]!;

    private static JsonObject Ids(IReadOnlyList<string> pieces)
    {
        var ids = new JsonObject();
        for (var id = 0; id < pieces.Count; id++)
        {
            ids[pieces[id]] = id;
        }

        return ids;
    }
}
