namespace Synapse.Ingestion.Reading;

/// <summary>Finds private keys in text.</summary>
internal static class PrivateKeys
{
    private const int SearchedAfterMark = 512;
    private const int KeyRun = 40;

    /// <summary>Whether the text holds a private key: the opening mark of PEM, PuTTY or age, and soon after it a run of base64. The mark alone is only talk of a key.</summary>
    public static bool Contains(ReadOnlySpan<char> text)
        => ContainsPem(text) || ContainsAfter(text, "\nPrivate-Lines: ") || ContainsAfter(text, "AGE-SECRET-KEY-1");

    private static bool ContainsAfter(ReadOnlySpan<char> text, ReadOnlySpan<char> opening)
    {
        for (var mark = text.IndexOf(opening); mark >= 0; mark = text.IndexOf(opening))
        {
            text = text[(mark + opening.Length)..];
            if (HasKeyRun(text[..Math.Min(text.Length, SearchedAfterMark)]))
            {
                return true;
            }
        }

        return false;
    }

    private static bool ContainsPem(ReadOnlySpan<char> text)
    {
        while (true)
        {
            // PGP marks end with BLOCK.
            var mark = text.IndexOf("PRIVATE KEY");
            if (mark < 0)
            {
                return false;
            }

            var before = text[Math.Max(0, mark - 40)..mark];
            var after = text[(mark + "PRIVATE KEY".Length)..];
            var begin = before.LastIndexOf("-----BEGIN ");
            var isMark = begin >= 0 && !before[begin..].Contains('\n') && (after.StartsWith("-----") || after.StartsWith(" BLOCK-----"));
            if (isMark && HasKeyRun(after[..Math.Min(after.Length, SearchedAfterMark)]))
            {
                return true;
            }

            text = after;
        }
    }

    private static bool HasKeyRun(ReadOnlySpan<char> text)
    {
        var run = 0;
        foreach (var unit in text)
        {
            run = char.IsAsciiLetterOrDigit(unit) || unit is '+' or '/' or '=' ? run + 1 : 0;
            if (run >= KeyRun)
            {
                return true;
            }
        }

        return false;
    }
}
