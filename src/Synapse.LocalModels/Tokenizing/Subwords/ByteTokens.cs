namespace Synapse.LocalModels.Tokenizing.Subwords;

/// <summary>Tokens such as <c>&lt;0xE2&gt;</c>, which stand for one byte of a character outside the vocabulary.</summary>
internal static class ByteTokens
{
    /// <summary>The id for each byte, -1 where the vocabulary has none.</summary>
    public static int[] Of(PieceTrie pieces) => [.. Enumerable.Range(0, 256).Select(value => pieces.Find($"<0x{value:X2}>"))];

    /// <summary>Appends the ids of a text's bytes, the last first, if there is one for each.</summary>
    public static bool TryAppendReversed(ReadOnlySpan<char> text, int[] byteIds, TokenIds ids)
    {
        var before = ids.Count;
        if (!TryAppend(text, byteIds, ids))
        {
            return false;
        }

        ids.ReverseFrom(before);
        return true;
    }

    /// <summary>Appends the ids of a text's bytes, if there is one for each.</summary>
    public static bool TryAppend(ReadOnlySpan<char> text, int[] byteIds, TokenIds ids)
    {
        var before = ids.Count;
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            foreach (var value in bytes[..rune.EncodeToUtf8(bytes)])
            {
                if (byteIds[value] < 0)
                {
                    ids.Rewind(before);
                    return false;
                }

                ids.Add(byteIds[value]);
            }
        }

        return true;
    }
}
