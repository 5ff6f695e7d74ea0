using System.Text;

namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>What a file says of a byte pair encoding beside its vocabulary and merges.</summary>
/// <param name="UnknownId">Id of the token for unknown characters; null when they are dropped.</param>
/// <param name="Prefix">What tokens inside a word begin with.</param>
/// <param name="Suffix">What the last token of a word ends with.</param>
/// <param name="FusesUnknown">Whether unknown neighbours become one token.</param>
/// <param name="ByteFallback">Whether unknown characters become tokens of their bytes.</param>
/// <param name="IgnoresMerges">Whether a word that is a token as a whole is taken as it is.</param>
internal sealed record BpeOptions(int? UnknownId, string Prefix, string Suffix, bool FusesUnknown, bool ByteFallback, bool IgnoresMerges);

/// <summary>Byte pair encoding: starts with characters, and always merges the pair that was learned first, the leftmost of its kind.</summary>
internal sealed class BpeModel : SubwordModel
{
    private readonly PieceTrie pieces;
    private readonly MergeTable merges;
    private readonly BpeOptions options;
    private readonly int[]? byteIds;

    public BpeModel(PieceTrie pieces, int size, MergeTable merges, BpeOptions options)
    {
        this.pieces = pieces;
        this.merges = merges;
        this.options = options;
        byteIds = options.ByteFallback ? ByteTokens.Of(pieces) : null;
        VocabularySize = size;
    }

    public override int VocabularySize { get; }

    public override int IdLimit => pieces.IdLimit;

    public override int Find(ReadOnlySpan<char> piece) => pieces.Find(piece);

    public override void Tokenize(ReadOnlySpan<char> word, TokenIds ids)
    {
        if (options.IgnoresMerges && pieces.Find(word) is var whole && whole >= 0)
        {
            ids.Add(whole);
            return;
        }

        var before = ids.Count;
        AppendCharacters(word, ids);
        var count = ids.Count - before;
        if (count > 1)
        {
            using var merging = new BpeMerging(ids.Span[before..], merges);
            ids.Rewind(before);
            merging.Run(ids);
        }
    }

    private void AppendCharacters(ReadOnlySpan<char> word, TokenIds ids)
    {
        var hasUnknown = false;
        for (var at = 0; at < word.Length;)
        {
            Rune.DecodeFromUtf16(word[at..], out _, out var length);
            var text = word.Slice(at, length);
            if ((at > 0 && options.Prefix.Length > 0) || (at + length == word.Length && options.Suffix.Length > 0))
            {
                text = string.Concat(at > 0 ? options.Prefix : "", text, at + length == word.Length ? options.Suffix : "");
            }

            at += length;
            if (pieces.Find(text) is var id && id >= 0)
            {
                Flush(ref hasUnknown, ids);
                ids.Add(id);
            }
            else if ((byteIds is null || !ByteTokens.TryAppend(text, byteIds, ids)) && options.UnknownId is not null)
            {
                if (!options.FusesUnknown)
                {
                    Flush(ref hasUnknown, ids);
                }

                // Written when the next known character comes, so after the bytes of those between.
                hasUnknown = true;
            }
        }

        Flush(ref hasUnknown, ids);
    }

    private void Flush(ref bool hasUnknown, TokenIds ids)
    {
        if (hasUnknown)
        {
            ids.Add(options.UnknownId!.Value);
            hasUnknown = false;
        }
    }
}
