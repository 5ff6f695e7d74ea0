using System.Text.Json;
using Synapse.LocalModels.Tokenizing.Normalizing;
using Synapse.LocalModels.Tokenizing.Special;
using Synapse.LocalModels.Tokenizing.Subwords;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Added tokens, as a tokenizer uses them.</summary>
/// <param name="Raw">Those that are looked for in the text as it is.</param>
/// <param name="Normalized">Those that are looked for in the normalised text.</param>
/// <param name="Ids">The ids of all.</param>
internal sealed record AddedTokens(AddedTokenFinder Raw, AddedTokenFinder Normalized, IReadOnlyDictionary<string, int> Ids);

/// <summary>Reads the part <c>added_tokens</c> of a <c>tokenizer.json</c>.</summary>
internal static class AddedTokenReader
{
    private const int MaxCount = 100_000;

    public static AddedTokens Read(JsonElement root, SubwordModel model, Normalizer? normalizer)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var (raw, normalized) = (new Dictionary<int, AddedToken>(), new Dictionary<int, AddedToken>());
        var nextFree = model.VocabularySize;
        foreach (var json in root.Find("added_tokens") is null ? [] : root.Items("added_tokens"))
        {
            var content = json.Text("content");
            if (content.Length == 0)
            {
                continue;
            }

            // As Hugging Face's library does: the id of the vocabulary counts, else the next free one, whatever the file says.
            _ = ModelJson.AsId(json.Require("id"), "id");
            if (!ids.TryGetValue(content, out var id))
            {
                id = model.Find(content) is >= 0 and var known ? known : nextFree++;
                ids.Add(content, id);
            }

            raw.Remove(id);
            normalized.Remove(id);
            var isNormalized = json.Flag("normalized");
            var token = new AddedToken(isNormalized ? Normalize(content, normalizer) : content, id, json.Flag("single_word"), json.Flag("lstrip"), json.Flag("rstrip"));
            if (token.Content.Length > 0)
            {
                (isNormalized ? normalized : raw)[id] = token;
            }

            if (ids.Count > MaxCount)
            {
                throw new InvalidDataException($"it has more than {MaxCount} added tokens");
            }
        }

        return new AddedTokens(new AddedTokenFinder(raw.Values), new AddedTokenFinder(normalized.Values), ids);
    }

    private static string Normalize(string content, Normalizer? normalizer)
    {
        if (normalizer is null)
        {
            return content;
        }

        var output = new CharBuffer { MaxLength = 1 << 20 };
        normalizer.Normalize(content, output);
        return output.Span.ToString();
    }
}
