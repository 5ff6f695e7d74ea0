namespace Synapse.Ingestion.Walking;

/// <summary>The bytes that a bracket expression such as <c>[a-z]</c>, <c>[!0-9]</c> or <c>[[:alpha:]_]</c> stands for.</summary>
internal sealed class ByteSet
{
    private readonly bool[] _members = new bool[256];
    private bool _negated;

    private ByteSet()
    {
    }

    /// <summary>Whether the byte is meant; a slash never is.</summary>
    public bool Contains(char value) => value < 256 && value != '/' && _members[value] != _negated;

    /// <summary>Reads the expression that begins at <paramref name="position"/> and moves behind it; false when it has no end or names an unknown class.</summary>
    public static bool TryParse(string pattern, ref int position, out ByteSet set)
    {
        set = new ByteSet();
        var i = position + 1;
        if (i < pattern.Length && pattern[i] is '!' or '^')
        {
            set._negated = true;
            i++;
        }

        var first = true;
        var rangeStart = -1;
        for (; i < pattern.Length && (first || pattern[i] != ']'); first = false)
        {
            if (pattern[i] == '-' && rangeStart >= 0 && i + 1 < pattern.Length && pattern[i + 1] != ']')
            {
                i++;
                if (!TryReadByte(pattern, ref i, out var rangeEnd))
                {
                    return false;
                }

                set.AddRange(rangeStart, rangeEnd);
                rangeStart = -1;
            }
            else if (pattern[i] == '[' && TryReadClassName(pattern, ref i, out var name))
            {
                if (!set.TryAddClass(name))
                {
                    return false;
                }

                rangeStart = -1;
            }
            else
            {
                if (!TryReadByte(pattern, ref i, out var value))
                {
                    return false;
                }

                set.AddRange(value, value);
                rangeStart = value;
            }
        }

        position = i + 1;
        return i < pattern.Length;
    }

    private static bool TryReadByte(string pattern, ref int i, out int value)
    {
        value = 0;
        if (pattern[i] == '\\' && ++i == pattern.Length)
        {
            return false;
        }

        value = pattern[i++];
        return true;
    }

    // [:name:]; what only looks like one up to the next bracket is an ordinary '['.
    private static bool TryReadClassName(string pattern, ref int i, out string name)
    {
        name = "";
        if (i + 1 >= pattern.Length || pattern[i + 1] != ':')
        {
            return false;
        }

        var end = pattern.IndexOf(']', i + 2);
        if (end < i + 3 || pattern[end - 1] != ':')
        {
            return false;
        }

        name = pattern[(i + 2)..(end - 1)];
        i = end + 1;
        return true;
    }

    private void AddRange(int from, int to)
    {
        for (var value = from; value <= to && value < 256; value++)
        {
            _members[value] = true;
        }
    }

    private bool TryAddClass(string name)
    {
        Func<char, bool>? member = name switch
        {
            "alnum" => char.IsAsciiLetterOrDigit,
            "alpha" => char.IsAsciiLetter,
            "blank" => c => c is ' ' or '\t',
            "cntrl" => c => c is < ' ' or '\x7f',
            "digit" => char.IsAsciiDigit,
            "graph" => c => c is > ' ' and < '\x7f',
            "lower" => char.IsAsciiLetterLower,
            "print" => c => c is >= ' ' and < '\x7f',
            "punct" => c => c is > ' ' and < '\x7f' && !char.IsAsciiLetterOrDigit(c),
            "space" => c => c is ' ' or (>= '\t' and <= '\r'),
            "upper" => char.IsAsciiLetterUpper,
            "xdigit" => char.IsAsciiHexDigit,
            _ => null,
        };
        for (var value = 0; member is not null && value < 128; value++)
        {
            _members[value] |= member((char)value);
        }

        return member is not null;
    }
}
