using System.Buffers;
using System.Runtime.InteropServices;

namespace Synapse.LocalModels.Tokenizing.Unicode;

/// <summary>The four normalisation forms of Unicode (UAX #15), in the version that tokenizers use.</summary>
internal static class NormalForm
{
    private const int HangulFirst = 0xAC00;
    private const int LeadFirst = 0x1100;
    private const int VowelFirst = 0x1161;
    private const int TailFirst = 0x11A7;
    private const int VowelCount = 21;
    private const int TailCount = 28;
    private const int HangulCount = 19 * VowelCount * TailCount;

    private static readonly UnicodeTables Tables = UnicodeTables.FromResource();
    private static readonly Dictionary<int, int[]> Canonical = Expand(includeCompatible: false);
    private static readonly Dictionary<int, int[]> Compatible = Expand(includeCompatible: true);
    private static readonly Dictionary<long, int> Compositions = Pairs();

    /// <summary>Appends a text in a normalisation form.</summary>
    /// <param name="text">Well-formed text.</param>
    /// <param name="isCompatible">Whether compatible characters become one: ﬁ and fi.</param>
    /// <param name="isComposed">Whether marks join their letter where a character for both exists.</param>
    /// <param name="output">Where to append.</param>
    public static void Append(ReadOnlySpan<char> text, bool isCompatible, bool isComposed, CharBuffer output)
    {
        // Below these, every character is its own normal form: no decomposition, and nothing that joins.
        var unchanged = text.IndexOfAnyExceptInRange('\0', isCompatible ? '\u009F' : isComposed ? '\u02FF' : '\u00BF');
        if (unchanged < 0)
        {
            output.Append(text);
            return;
        }

        // A mark joins what stands before it.
        unchanged = Math.Max(0, unchanged - 1);
        output.Append(text[..unchanged]);
        text = text[unchanged..];
        var buffer = ArrayPool<int>.Shared.Rent(text.Length + 32);
        try
        {
            var count = Decompose(text, isCompatible ? Compatible : Canonical, ref buffer, output.MaxLength);
            Reorder(buffer.AsSpan(0, count));
            count = isComposed ? Compose(buffer.AsSpan(0, count)) : count;
            foreach (var codePoint in buffer.AsSpan(0, count))
            {
                output.Append(codePoint);
            }
        }
        finally
        {
            ArrayPool<int>.Shared.Return(buffer);
        }
    }

    private static int Decompose(ReadOnlySpan<char> text, Dictionary<int, int[]> decompositions, ref int[] buffer, int maxCount)
    {
        var count = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            // The longest decomposition has 18 characters.
            if (count + 18 > buffer.Length)
            {
                if (count > maxCount)
                {
                    throw CharBuffer.TooLong();
                }

                var larger = ArrayPool<int>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, count).CopyTo(larger);
                ArrayPool<int>.Shared.Return(buffer);
                buffer = larger;
            }

            var codePoint = rune.Value;
            if (codePoint < 0xA0)
            {
                buffer[count++] = codePoint;
            }
            else if ((uint)(codePoint - HangulFirst) < HangulCount)
            {
                var index = codePoint - HangulFirst;
                buffer[count++] = LeadFirst + (index / (VowelCount * TailCount));
                buffer[count++] = VowelFirst + (index % (VowelCount * TailCount) / TailCount);
                if (index % TailCount is > 0 and var tail)
                {
                    buffer[count++] = TailFirst + tail;
                }
            }
            else if (decompositions.TryGetValue(codePoint, out var parts))
            {
                parts.CopyTo(buffer, count);
                count += parts.Length;
            }
            else
            {
                buffer[count++] = codePoint;
            }
        }

        return count;
    }

    /// <summary>Sorts each run of marks by combining class, those of one class in the order in which they came.</summary>
    private static void Reorder(Span<int> codePoints)
    {
        var classes = Tables.CombiningClasses;
        for (var i = 0; i < codePoints.Length; i++)
        {
            if (classes[codePoints[i]] == 0)
            {
                continue;
            }

            var end = i + 1;
            var isSorted = true;
            for (; end < codePoints.Length && classes[codePoints[end]] > 0; end++)
            {
                isSorted &= classes[codePoints[end - 1]] <= classes[codePoints[end]];
            }

            if (!isSorted)
            {
                Sort(codePoints[i..end], classes);
            }

            i = end;
        }
    }

    private static void Sort(Span<int> marks, byte[] classes)
    {
        // Class and place in one key: stable, and never slower than n log n.
        var keys = new long[marks.Length];
        for (var i = 0; i < marks.Length; i++)
        {
            keys[i] = ((long)classes[marks[i]] << 32) | (uint)i;
        }

        keys.AsSpan().Sort(marks);
    }

    private static int Compose(Span<int> codePoints)
    {
        var classes = Tables.CombiningClasses;
        var (count, starter, lastClass) = (0, -1, -1);
        foreach (var codePoint in codePoints)
        {
            var combiningClass = classes[codePoint];
            if (starter >= 0 && lastClass < combiningClass && TryCompose(codePoints[starter], codePoint, out var composed))
            {
                codePoints[starter] = composed;
                continue;
            }

            (starter, lastClass) = combiningClass == 0 ? (count, -1) : (starter, combiningClass);
            codePoints[count++] = codePoint;
        }

        return count;
    }

    private static bool TryCompose(int first, int second, out int composed)
    {
        if ((uint)(first - LeadFirst) < 19 && (uint)(second - VowelFirst) < VowelCount)
        {
            composed = HangulFirst + ((((first - LeadFirst) * VowelCount) + second - VowelFirst) * TailCount);
            return true;
        }

        if ((uint)(first - HangulFirst) < HangulCount && (first - HangulFirst) % TailCount == 0 && (uint)(second - TailFirst - 1) < TailCount - 1)
        {
            composed = first + second - TailFirst;
            return true;
        }

        return Compositions.TryGetValue(PairOf(first, second), out composed);
    }

    private static long PairOf(int first, int second) => ((long)first << 32) | (uint)second;

    private static Dictionary<int, int[]> Expand(bool includeCompatible)
    {
        var expanded = new Dictionary<int, int[]>();
        foreach (var codePoint in includeCompatible ? Tables.Canonical.Keys.Concat(Tables.Compatible.Keys) : Tables.Canonical.Keys)
        {
            var parts = new List<int>();
            AppendParts(codePoint, includeCompatible, parts);
            expanded[codePoint] = [.. parts];
        }

        return expanded;
    }

    private static void AppendParts(int codePoint, bool includeCompatible, List<int> parts)
    {
        if (!Tables.Canonical.TryGetValue(codePoint, out var step) && !(includeCompatible && Tables.Compatible.TryGetValue(codePoint, out step)))
        {
            parts.Add(codePoint);
            return;
        }

        foreach (var part in step)
        {
            AppendParts(part, includeCompatible, parts);
        }
    }

    private static Dictionary<long, int> Pairs()
    {
        var pairs = new Dictionary<long, int>();
        foreach (var (codePoint, parts) in Tables.Canonical)
        {
            if (parts.Length == 2 && Tables.CombiningClasses[codePoint] == 0 && Tables.CombiningClasses[parts[0]] == 0
                && !Tables.CompositionExclusions.Contains(codePoint))
            {
                CollectionsMarshal.GetValueRefOrAddDefault(pairs, PairOf(parts[0], parts[1]), out _) = codePoint;
            }
        }

        return pairs;
    }
}
