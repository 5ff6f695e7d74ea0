namespace Synapse.Ingestion.Walking;

/// <summary>A pattern for one name of a path: <c>*</c>, <c>?</c>, <c>[...]</c> and backslash escapes, as in ignore files of git.</summary>
internal sealed class Glob
{
    private const int Star = -1;
    private const int AnyByte = -2;
    private const int FirstSet = -3;

    // A byte to match, or Star, AnyByte, or FirstSet - n for the nth set.
    private readonly int[] _tokens;
    private readonly ByteSet[] _sets;

    private Glob(int[] tokens, ByteSet[] sets)
    {
        _tokens = tokens;
        _sets = sets;
    }

    /// <summary>Whether the whole name matches. Takes time proportional to pattern times name at most.</summary>
    public bool IsMatch(ReadOnlySpan<char> name)
    {
        int token = 0, position = 0, afterStar = -1, starPosition = 0;
        while (position < name.Length)
        {
            if (token < _tokens.Length && _tokens[token] == Star)
            {
                afterStar = ++token;
                starPosition = position;
            }
            else if (token < _tokens.Length && MatchesByte(_tokens[token], name[position]))
            {
                token++;
                position++;
            }
            else if (afterStar >= 0)
            {
                token = afterStar;
                position = ++starPosition;
            }
            else
            {
                return false;
            }
        }

        while (token < _tokens.Length && _tokens[token] == Star)
        {
            token++;
        }

        return token == _tokens.Length;
    }

    /// <summary>Cuts a pattern at its slashes and compiles the parts; a part that is just <c>**</c> is null. Returns null for a pattern that can match nothing.</summary>
    public static List<Glob?>? ParsePath(string pattern)
    {
        var parts = new List<Glob?>();
        var tokens = new List<int>();
        var sets = new List<ByteSet>();
        var partStart = 0;
        var i = 0;
        while (i < pattern.Length)
        {
            var c = pattern[i];
            if (c == '\\' && ++i == pattern.Length)
            {
                return null;
            }

            if (pattern[i] == '/')
            {
                Finish(pattern.AsSpan(partStart, i - partStart));
                partStart = ++i;
            }
            else if (c == '[')
            {
                if (!ByteSet.TryParse(pattern, ref i, out var set))
                {
                    return null;
                }

                tokens.Add(FirstSet - sets.Count);
                sets.Add(set);
            }
            else
            {
                tokens.Add(c switch { '*' => Star, '?' => AnyByte, _ => pattern[i] });
                i++;
            }
        }

        Finish(pattern.AsSpan(partStart));
        return parts;

        void Finish(ReadOnlySpan<char> part)
        {
            var anyDepth = part.Length >= 2 && part.IndexOfAnyExcept('*') < 0;
            parts.Add(anyDepth ? null : new Glob([.. tokens], [.. sets]));
            tokens.Clear();
            sets.Clear();
        }
    }

    private bool MatchesByte(int token, char value)
        => token >= 0 ? token == value : token == AnyByte || (token <= FirstSet && _sets[FirstSet - token].Contains(value));
}
