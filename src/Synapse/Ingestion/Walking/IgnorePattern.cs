namespace Synapse.Ingestion.Walking;

/// <summary>One line of an ignore file.</summary>
internal sealed class IgnorePattern
{
    private enum Form
    {
        /// <summary>A name without wildcards.</summary>
        Name,

        /// <summary>An asterisk and a plain ending, such as <c>*.log</c>.</summary>
        NameEnding,

        /// <summary>A name with wildcards.</summary>
        NameGlob,

        /// <summary>A path below the ignore file's folder, without wildcards.</summary>
        Path,

        /// <summary>A path below the ignore file's folder, with wildcards.</summary>
        PathGlob,
    }

    private readonly Form _form;
    private readonly string _literal;
    private readonly List<Glob?> _parts;

    private IgnorePattern(Form form, string literal, List<Glob?> parts)
    {
        _form = form;
        _literal = literal;
        _parts = parts;
    }

    /// <summary>Whether the line takes back what an earlier line left out.</summary>
    public bool IsNegated { get; private init; }

    /// <summary>Whether only folders match.</summary>
    public bool IsForFolders { get; private init; }

    /// <summary>The line as written.</summary>
    public required string Line { get; init; }

    /// <summary>Number of the line, from 1.</summary>
    public required int LineNumber { get; init; }

    /// <summary>Reads a line; null for a comment, an empty line, or a pattern that can match nothing.</summary>
    /// <param name="line">The line as a <see cref="ByteString"/>, without its end.</param>
    /// <param name="lineNumber">Its number, from 1.</param>
    public static IgnorePattern? Parse(string line, int lineNumber)
    {
        if (line.Length == 0 || line[0] == '#')
        {
            return null;
        }

        var pattern = TrimTrailingSpaces(line);
        var negated = pattern.StartsWith('!');
        pattern = negated ? pattern[1..] : pattern;
        var forFolders = pattern.EndsWith('/');
        pattern = forFolders ? pattern[..^1] : pattern;
        var anchored = pattern.Contains('/');
        pattern = pattern.StartsWith('/') ? pattern[1..] : pattern;
        if (pattern.Length == 0)
        {
            return null;
        }

        var form = anchored ? Form.Path : Form.Name;
        List<Glob?> parts = [];
        if (pattern.AsSpan().ContainsAny("*?[\\"))
        {
            if (!anchored && pattern[0] == '*' && !pattern.AsSpan(1).ContainsAny("*?[\\"))
            {
                form = Form.NameEnding;
                pattern = pattern[1..];
            }
            else
            {
                // Git compares what stands before the first wildcard by itself, so that ** counts as a path part of its own right after it, too.
                var plain = anchored ? pattern.AsSpan().IndexOfAny("*?[\\") : 0;
                form = anchored ? Form.PathGlob : Form.NameGlob;
                if (Glob.ParsePath(pattern[plain..]) is not { } compiled)
                {
                    return null;
                }

                parts = compiled;
                pattern = pattern[..plain];
            }
        }

        return new IgnorePattern(form, pattern, parts)
        {
            IsNegated = negated,
            IsForFolders = forFolders,
            Line = ByteString.ToText(line),
            LineNumber = lineNumber,
        };
    }

    /// <summary>Whether the pattern matches.</summary>
    /// <param name="path">Path relative to the ignore file's folder, as a <see cref="ByteString"/>.</param>
    /// <param name="name">The last part of it.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    public bool IsMatch(ReadOnlySpan<char> path, ReadOnlySpan<char> name, bool isFolder)
    {
        if (IsForFolders && !isFolder)
        {
            return false;
        }

        return _form switch
        {
            Form.Name => name.SequenceEqual(_literal),
            Form.NameEnding => name.EndsWith(_literal, StringComparison.Ordinal),
            Form.NameGlob => _parts[0] is null || _parts[0]!.IsMatch(name),
            Form.Path => path.SequenceEqual(_literal),
            _ => path.StartsWith(_literal, StringComparison.Ordinal) && IsPathMatch(path[_literal.Length..]),
        };
    }

    private bool IsPathMatch(ReadOnlySpan<char> path)
    {
        int part = 0, position = 0, afterAnyDepth = -1, anyDepthPosition = 0;
        while (position <= path.Length)
        {
            var end = path[position..].IndexOf('/') is var slash && slash < 0 ? path.Length : position + slash;
            if (part < _parts.Count && _parts[part] is null)
            {
                if (part == _parts.Count - 1)
                {
                    return true;
                }

                afterAnyDepth = ++part;
                anyDepthPosition = position;
            }
            else if (part < _parts.Count && _parts[part]!.IsMatch(path[position..end]))
            {
                part++;
                position = end + 1;
            }
            else if (afterAnyDepth >= 0)
            {
                var next = path[anyDepthPosition..].IndexOf('/');
                if (next < 0)
                {
                    return false;
                }

                anyDepthPosition += next + 1;
                position = anyDepthPosition;
                part = afterAnyDepth;
            }
            else
            {
                return false;
            }
        }

        return part == _parts.Count;
    }

    // A space at the end counts only when a backslash stands before it.
    private static string TrimTrailingSpaces(string line)
    {
        var end = 0;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\')
            {
                i++;
                end = Math.Min(i + 1, line.Length);
            }
            else if (line[i] != ' ')
            {
                end = i + 1;
            }
        }

        return line[..end];
    }
}
