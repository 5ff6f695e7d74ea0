using System.Text.Json;
using System.Text.Json.Serialization;
using Synapse.LocalModels.Tokenizing;
using Synapse.LocalModels.Tokenizing.Reading;
using Synapse.LocalModels.Tokenizing.Splitting;
using Synapse.ModelGolden.Tests.TestSupport;

namespace Synapse.ModelGolden.Tests.Tokenizing;

/// <summary>Compares tokenizers with Hugging Face's library, many texts and tokenizers in one run of node.js.</summary>
internal static class GoldenTokenizers
{
    private static readonly JsonSerializerOptions Names = new(JsonSerializerDefaults.Web) { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Fails where ours tokenizes otherwise: whole, truncated to each limit, in pairs, and step by step.</summary>
    /// <returns>How many results were compared.</returns>
    public static async Task<int> CompareAsync(
        IReadOnlyList<TinyTokenizer> tokenizers, IReadOnlyList<string> texts, bool steps, int[] limits, (int First, int Second)[] pairs, CancellationToken cancellationToken)
    {
        var request = new Request(
            [.. tokenizers.Select(static tokenizer => new RequestedTokenizer(tokenizer.Reference.ToJsonString(), tokenizer.CutsStart ? "left" : "right"))],
            [.. texts.Select(static text => Convert.ToBase64String(System.Text.Encoding.Unicode.GetBytes(text.ToCharArray())))],
            limits, [.. pairs.Select(static pair => (int[])[pair.First, pair.Second])], steps);
        var output = await Node.RunAsync("tokenize.mjs", JsonSerializer.SerializeToUtf8Bytes(request, Names), cancellationToken);
        var results = JsonSerializer.Deserialize<Result[]>(output, Names)!;
        var differences = new List<string>();
        var compared = 0;
        foreach (var (tokenizer, result) in tokenizers.Zip(results))
        {
            using var folder = new TinyFolder(tokenizer);
            var comparison = new Comparison(tokenizer, TextTokenizer.Load(folder.Path), TokenizerFolder.Read(folder.Path), texts, result);
            compared += comparison.Run(steps, limits, pairs, differences);
        }

        Assert.True(differences.Count == 0, $"{differences.Count} of {compared} differ:\n{string.Join('\n', differences.Take(40))}");
        return compared;
    }

    internal sealed record RequestedTokenizer(string Json, string Direction);

    internal sealed record Request(RequestedTokenizer[] Tokenizers, string[] Texts, int[] Limits, int[][] Pairs, bool Steps);

    internal sealed record Encoded(int[] Ids, int[] TypeIds);

    internal sealed record Result(Encoded[] Whole, string[] Normalized, string[][] Pieces, [property: JsonPropertyName("cut")] Encoded[] Cut);

    private sealed class Comparison(TinyTokenizer kind, TextTokenizer ours, TokenizerParts parts, IReadOnlyList<string> texts, Result theirs)
    {
        public int Run(bool steps, int[] limits, (int First, int Second)[] pairs, List<string> differences)
        {
            var compared = 0;
            for (var i = 0; i < texts.Count; i++)
            {
                if (steps)
                {
                    CompareSteps(i, differences);
                }

                Compare($"whole {Shown(texts[i])}", theirs.Whole[i], ours.Encode(texts[i], int.MaxValue), isTruncated: false, differences);
                if (ours.Count(texts[i]) != theirs.Whole[i].Ids.Length)
                {
                    differences.Add($"{kind.Name}: count of {Shown(texts[i])}");
                }

                compared++;
            }

            foreach (var limit in limits)
            {
                for (var i = 0; i < texts.Count; i++)
                {
                    Compare($"{limit} of {Shown(texts[i])}", theirs.Cut[compared++ - texts.Count], ours.Encode(texts[i], limit), theirs.Whole[i].Ids.Length > limit, differences);
                }

                foreach (var (first, second) in pairs)
                {
                    Compare($"{limit} of {Shown(texts[first])} + {Shown(texts[second])}", theirs.Cut[compared++ - texts.Count], ours.EncodePair(texts[first], texts[second], limit), null, differences);
                }
            }

            return compared;
        }

        private void CompareSteps(int index, List<string> differences)
        {
            // What is half of a surrogate pair becomes U+FFFD before anything else.
            var text = string.Concat(texts[index].EnumerateRunes().Select(static rune => rune.ToString()));
            var output = new CharBuffer();
            if (parts.Normalizer is null || text.Length == 0)
            {
                output.Append(text);
            }
            else
            {
                parts.Normalizer.Normalize(text, output);
            }

            var normalized = output.Span.ToString();
            if (normalized != theirs.Normalized[index])
            {
                differences.Add($"{kind.Name}: normalised {Shown(texts[index])}: {Shown(normalized)} instead of {Shown(theirs.Normalized[index])}");
                return;
            }

            var pieces = new Pieces();
            pieces.Start(normalized, isAtOrigin: true, 1 << 24);
            if (normalized.Length > 0)
            {
                parts.Splitter?.Split(pieces);
            }

            var split = Enumerable.Range(0, pieces.Count).Select(at => pieces.TextOf(at).ToString()).ToArray();
            if (!split.SequenceEqual(theirs.Pieces[index].Where(static piece => piece.Length > 0)))
            {
                differences.Add($"{kind.Name}: split {Shown(texts[index])}: {Shown(string.Join('|', split))} instead of {Shown(string.Join('|', theirs.Pieces[index]))}");
            }
        }

        private void Compare(string what, Encoded expected, TokenizedText actual, bool? isTruncated, List<string> differences)
        {
            if (!expected.Ids.SequenceEqual(actual.Ids) || !expected.TypeIds.SequenceEqual(actual.TypeIds) || (isTruncated ?? actual.IsTruncated) != actual.IsTruncated)
            {
                differences.Add($"{kind.Name}: {what}: [{Shown(actual.Ids)}] [{Shown(actual.TypeIds)}] {actual.IsTruncated} instead of [{Shown(expected.Ids)}] [{Shown(expected.TypeIds)}]");
            }
        }

        private static string Shown(int[] ids) => string.Join(' ', ids.Take(40)) + (ids.Length > 40 ? $" ... ({ids.Length})" : "");

        private static string Shown(string text)
            => string.Concat(text.Take(60).Select(static character => character is > ' ' and < '\u007F' || char.IsLetter(character) ? character.ToString() : character == ' ' ? "·" : $"\\u{(int)character:X4}"));
    }
}
