using System.Text;
using Synapse.LocalModels.Tokenizing.Unicode;

namespace Synapse.LocalModels.Tokenizing.Splitting;

/// <summary>Splits a text into what its subword model sees one at a time (a "pre-tokenizer"). Immutable.</summary>
internal abstract class Splitter
{
    /// <summary>Splits all pieces once.</summary>
    public abstract void Split(Pieces pieces);
}

/// <summary>One after the other.</summary>
internal sealed class SplitterSequence(Splitter[] steps) : Splitter
{
    public override void Split(Pieces pieces)
    {
        foreach (var step in steps)
        {
            step.Split(pieces);
        }
    }
}

/// <summary>At white space, which is dropped, and around each punctuation character.</summary>
internal sealed class BertSplitter : Splitter
{
    public override void Split(Pieces pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            var text = pieces.TextOf(i);
            var start = 0;
            for (var at = 0; at < text.Length;)
            {
                Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
                var traits = CharacterTraits.Of(rune.Value);
                if ((traits & (CharacterTrait.Whitespace | CharacterTrait.Punctuation)) != 0)
                {
                    pieces.Keep(piece, piece.Start + start, at - start);
                    start = at + length;
                    if (!traits.HasFlag(CharacterTrait.Whitespace))
                    {
                        pieces.Keep(piece, piece.Start + at, length);
                    }
                }

                at += length;
            }

            pieces.Keep(piece, piece.Start + start, text.Length - start);
        }

        pieces.Advance();
    }
}

/// <summary>Runs of word characters, and runs of what is neither word nor white space.</summary>
internal sealed class WordSplitter : Splitter
{
    public override void Split(Pieces pieces)
    {
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            var text = pieces.TextOf(i);
            var start = 0;
            var last = CharacterTrait.Whitespace;
            for (var at = 0; at < text.Length;)
            {
                Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
                var kind = CharacterTraits.Of(rune.Value) & (CharacterTrait.Whitespace | CharacterTrait.Word);
                if (kind != last)
                {
                    pieces.Keep(piece, piece.Start + start, last == CharacterTrait.Whitespace ? 0 : at - start);
                    (start, last) = (at, kind);
                }

                at += length;
            }

            pieces.Keep(piece, piece.Start + start, last == CharacterTrait.Whitespace ? 0 : text.Length - start);
        }

        pieces.Advance();
    }
}

/// <summary>At characters of one kind.</summary>
internal sealed class CharacterSplitter(Func<int, bool> isDelimiter, DelimiterBehavior behavior) : Splitter
{
    public override void Split(Pieces pieces)
    {
        var matches = new List<Match>();
        for (var i = 0; i < pieces.Count; i++)
        {
            matches.Clear();
            var text = pieces.TextOf(i);
            var start = 0;
            for (var at = 0; at < text.Length;)
            {
                Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
                if (isDelimiter(rune.Value))
                {
                    Delimiters.Add(matches, start, at, isDelimiter: false);
                    matches.Add(new Match(at, at + length, IsDelimiter: true));
                    start = at + length;
                }

                at += length;
            }

            Delimiters.Add(matches, start, text.Length, isDelimiter: false);
            Delimiters.Keep(pieces, pieces[i], matches, behavior);
        }

        pieces.Advance();
    }
}
