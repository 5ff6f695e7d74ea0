using System.Text.Json;
using Synapse.LocalModels.Tokenizing.Subwords;

namespace Synapse.LocalModels.Tokenizing.Reading;

/// <summary>Reads the part <c>model</c> of a <c>tokenizer.json</c>.</summary>
internal static class SubwordReader
{
    private const int MaxMergeCount = 1 << 22;

    public static SubwordModel Read(JsonElement json) => json.TextOrNull("type") switch
    {
        "WordPiece" => ReadWordPiece(json),
        "BPE" => ReadBpe(json),
        "Unigram" => ReadUnigram(json),
        // Files from before there was a type.
        null when json.Find("merges") is not null => ReadBpe(json),
        null when json.Find("continuing_subword_prefix") is not null => ReadWordPiece(json),
        null when json.Find("vocab")?.ValueKind == JsonValueKind.Array => ReadUnigram(json),
        null => throw new InvalidDataException("its model has no type"),
        var unknown => throw new InvalidDataException($"its model '{unknown}' is not known"),
    };

    /// <summary>A vocabulary of BERT, from wherever it was read.</summary>
    public static WordPieceModel WordPiece(PieceTrie pieces, int size, string prefix, string unknown, int maxWordCharacters)
        => pieces.Find(unknown) is >= 0 and var unknownId
            ? new WordPieceModel(pieces, size, prefix, unknownId, maxWordCharacters)
            : throw new InvalidDataException($"its vocabulary lacks the token '{unknown}' for unknown words");

    private static WordPieceModel ReadWordPiece(JsonElement json)
    {
        var (pieces, size) = ReadVocabulary(json);
        var maxWordCharacters = ModelJson.AsId(json.Require("max_input_chars_per_word"), "max_input_chars_per_word");
        return WordPiece(pieces, size, json.Text("continuing_subword_prefix"), json.Text("unk_token"), maxWordCharacters);
    }

    private static BpeModel ReadBpe(JsonElement json)
    {
        if (json.Find("dropout") is { } dropout && (dropout.ValueKind != JsonValueKind.Number || dropout.GetDouble() != 0))
        {
            throw new InvalidDataException("'dropout' makes its tokens random: it is for training, set it to null");
        }

        var (pieces, size) = ReadVocabulary(json);
        int? unknownId = null;
        if (json.TextOrNull("unk_token") is { } unknown)
        {
            unknownId = pieces.Find(unknown) is >= 0 and var id ? id : throw new InvalidDataException($"its vocabulary lacks the token '{unknown}' for unknown characters");
        }

        var prefix = json.Text("continuing_subword_prefix", "");
        var options = new BpeOptions(unknownId, prefix, json.Text("end_of_word_suffix", ""),
            json.Flag("fuse_unk", false), json.Flag("byte_fallback", false), json.Flag("ignore_merges", false));
        return new BpeModel(pieces, size, ReadMerges(json, pieces, prefix), options);
    }

    private static MergeTable ReadMerges(JsonElement json, PieceTrie pieces, string prefix)
    {
        var count = json.Require("merges") is { ValueKind: JsonValueKind.Array } list ? list.GetArrayLength() : throw new InvalidDataException("'merges' is not a list");
        if (count > MaxMergeCount)
        {
            throw new InvalidDataException($"it has more than {MaxMergeCount} merges");
        }

        var table = new MergeTable(count);
        var rank = 0;
        foreach (var merge in list.EnumerateArray())
        {
            if (merge.ValueKind == JsonValueKind.String && ModelJson.AsText(merge, "merges").StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            var (left, right) = ReadPair(merge);
            if (!right.StartsWith(prefix, StringComparison.Ordinal))
            {
                throw new InvalidDataException($"the merge of '{left}' and '{right}' lacks the prefix of inner tokens");
            }

            var result = IdOf(pieces, left + right[prefix.Length..]);
            table.Add(IdOf(pieces, left), IdOf(pieces, right), rank++, result);
        }

        return table;
    }

    private static int IdOf(PieceTrie pieces, string piece)
        => pieces.Find(piece) is >= 0 and var id ? id : throw new InvalidDataException($"a merge names '{piece}', which is not in its vocabulary");

    private static (string Left, string Right) ReadPair(JsonElement merge)
    {
        var parts = merge.ValueKind switch
        {
            JsonValueKind.String => ModelJson.AsText(merge, "merges").Split(' '),
            JsonValueKind.Array when merge.GetArrayLength() == 2 => [.. merge.EnumerateArray().Select(static part => ModelJson.AsText(part, "merges"))],
            _ => [],
        };
        return parts is [var left, var right] ? (left, right) : throw new InvalidDataException("a merge is not a pair of tokens");
    }

    private static UnigramModel ReadUnigram(JsonElement json)
    {
        var list = json.Require("vocab");
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() == 0)
        {
            throw new InvalidDataException("'vocab' is not a list of pieces");
        }

        var scores = new double[list.GetArrayLength()];
        var pieces = new PieceTrie(scores.Length * 3);
        var id = 0;
        foreach (var entry in list.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Array || entry.GetArrayLength() != 2 || entry[1].ValueKind != JsonValueKind.Number)
            {
                throw new InvalidDataException("'vocab' has an entry that is not a piece with its score");
            }

            scores[id] = ScoreReader.Read(entry[1]);
            pieces.Add(ModelJson.AsText(entry[0], "vocab"), id++);
        }

        var unknownId = ModelJson.AsId(json.Require("unk_id"), "unk_id");
        return unknownId < scores.Length && Array.TrueForAll(scores, double.IsFinite)
            ? new UnigramModel(pieces, scores, unknownId, json.Flag("byte_fallback", false))
            : throw new InvalidDataException("'unk_id' is outside of the vocabulary, or a score is not finite");
    }

    private static (PieceTrie Pieces, int Size) ReadVocabulary(JsonElement json)
    {
        var entries = json.Entries("vocab");
        var pieces = new PieceTrie(json.Require("vocab").GetPropertyCount() * 3);
        var size = 0;
        foreach (var entry in entries)
        {
            string piece;
            try
            {
                piece = entry.Name;
            }
            catch (InvalidOperationException invalid)
            {
                throw new InvalidDataException("its vocabulary is not well-formed Unicode", invalid);
            }

            if (piece.Length > 4_096)
            {
                throw new InvalidDataException("its vocabulary has a piece of more than 4096 characters");
            }

            size += pieces.Find(piece) < 0 ? 1 : 0;
            pieces.Add(piece, ModelJson.AsId(entry.Value, "vocab"));
        }

        return (pieces, size);
    }
}
