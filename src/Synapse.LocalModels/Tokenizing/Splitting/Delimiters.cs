namespace Synapse.LocalModels.Tokenizing.Splitting;

/// <summary>What becomes of the delimiters between pieces.</summary>
internal enum DelimiterBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the piece after it.</summary>
    MergedWithNext,

    /// <summary>Neighbours are one piece.</summary>
    Contiguous,
}

/// <summary>A part of a piece: a delimiter, or what stands between two.</summary>
internal readonly record struct Match(int Start, int End, bool IsDelimiter);

/// <summary>Makes pieces of matches.</summary>
internal static class Delimiters
{
    /// <summary>Adds a match unless it is empty.</summary>
    public static void Add(List<Match> matches, int start, int end, bool isDelimiter)
    {
        if (end > start)
        {
            matches.Add(new Match(start, end, isDelimiter));
        }
    }

    /// <summary>Gives the parts of a piece to the next round.</summary>
    /// <param name="pieces">Where the piece is from.</param>
    /// <param name="piece">The piece.</param>
    /// <param name="matches">Its parts in order, without a gap; what they are merged into is written over them.</param>
    /// <param name="behavior">What becomes of the delimiters.</param>
    public static void Keep(Pieces pieces, Piece piece, List<Match> matches, DelimiterBehavior behavior)
    {
        switch (behavior)
        {
            case DelimiterBehavior.Contiguous:
                Merge(matches, static (part, last) => part.IsDelimiter == last);
                break;
            case DelimiterBehavior.MergedWithPrevious:
                Merge(matches, static (part, last) => part.IsDelimiter && !last);
                break;
            case DelimiterBehavior.MergedWithNext:
                matches.Reverse();
                Merge(matches, static (part, last) => part.IsDelimiter && !last);
                matches.Reverse();
                break;
            default:
                break;
        }

        foreach (var part in matches)
        {
            if (behavior != DelimiterBehavior.Removed || !part.IsDelimiter)
            {
                pieces.Keep(piece, piece.Start + part.Start, part.End - part.Start);
            }
        }
    }

    private static void Merge(List<Match> matches, Func<Match, bool, bool> joinsLast)
    {
        var (count, last) = (0, false);
        foreach (var part in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(matches))
        {
            if (count > 0 && joinsLast(part, last))
            {
                var before = matches[count - 1];
                matches[count - 1] = before with { Start = Math.Min(before.Start, part.Start), End = Math.Max(before.End, part.End) };
            }
            else
            {
                matches[count++] = part;
            }

            last = part.IsDelimiter;
        }

        matches.RemoveRange(count, matches.Count - count);
    }
}
