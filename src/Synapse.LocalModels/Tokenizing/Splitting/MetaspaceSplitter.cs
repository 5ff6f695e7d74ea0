namespace Synapse.LocalModels.Tokenizing.Splitting;

/// <summary>Which pieces get a space before them.</summary>
internal enum PrefixScheme
{
    Never,

    /// <summary>Only the one at which the text starts.</summary>
    First,

    Always,
}

/// <summary>SentencePiece's way: spaces become a visible character, and words begin with it.</summary>
internal sealed class MetaspaceSplitter(string replacement, PrefixScheme prefix, bool splits) : Splitter
{
    public override void Split(Pieces pieces)
    {
        var output = pieces.NextText;
        for (var i = 0; i < pieces.Count; i++)
        {
            var piece = pieces[i];
            var text = pieces.TextOf(i);
            var start = output.Length;
            if (prefix != PrefixScheme.Never && (prefix == PrefixScheme.Always || piece.IsAtOrigin)
                && text[0] != ' ' && !text.StartsWith(replacement, StringComparison.Ordinal))
            {
                output.Append(replacement);
            }

            Write(text, output);
            Keep(pieces, start, piece.IsAtOrigin);
        }

        pieces.AdvanceText();
    }

    private void Write(ReadOnlySpan<char> text, CharBuffer output)
    {
        while (text.IndexOf(' ') is var space && space >= 0)
        {
            output.Append(text[..space]);
            output.Append(replacement);
            text = text[(space + 1)..];
        }

        output.Append(text);
    }

    private void Keep(Pieces pieces, int start, bool isAtOrigin)
    {
        var written = pieces.NextText.Span[start..];
        if (!splits)
        {
            pieces.KeepWritten(start, written.Length, isAtOrigin);
            return;
        }

        // Each replacement begins a piece, also one that is followed by another.
        var begin = 0;
        while (begin < written.Length)
        {
            var skip = written[begin..].StartsWith(replacement, StringComparison.Ordinal) ? replacement.Length : 0;
            var length = written[(begin + skip)..].IndexOf(replacement, StringComparison.Ordinal);
            length = length < 0 ? written.Length - begin : skip + length;
            pieces.KeepWritten(start + begin, length, isAtOrigin && begin == 0);
            begin += length;
        }
    }
}
