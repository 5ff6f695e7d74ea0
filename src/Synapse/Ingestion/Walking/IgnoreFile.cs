using System.Text;

namespace Synapse.Ingestion.Walking;

/// <summary>The patterns of one ignore file, or of none, with those of the folders above it.</summary>
/// <param name="Above">The ignore file that counts when this one says nothing; null for the last.</param>
/// <param name="Name">Path for messages.</param>
/// <param name="BaseLength">Length of the path of the folder it lies in, with its slash.</param>
/// <param name="Patterns">The patterns, in the order of their lines.</param>
internal sealed record IgnoreFile(IgnoreFile? Above, string Name, int BaseLength, IgnorePattern[] Patterns)
{
    private const int MaxBytes = 4 * 1_048_576;

    /// <summary>Reads an ignore file and puts it before <paramref name="above"/>; returns that when there is nothing to read.</summary>
    public static IgnoreFile? Load(IgnoreFile? above, string fullPath, string name, int baseLength)
    {
        var info = new FileInfo(fullPath);
        if (!info.Exists || info.Length is 0 or > MaxBytes || info.LinkTarget is not null)
        {
            return above;
        }

        var patterns = Parse(Encoding.Latin1.GetString(File.ReadAllBytes(fullPath)));
        return patterns.Length == 0 ? above : new IgnoreFile(above, name, baseLength, patterns);
    }

    /// <summary>Reads the lines of an ignore file, given as a <see cref="ByteString"/>.</summary>
    public static IgnorePattern[] Parse(string content)
    {
        var patterns = new List<IgnorePattern>();
        var number = 0;
        var rest = content.AsSpan();
        rest = rest.StartsWith("\u00EF\u00BB\u00BF") ? rest[3..] : rest;
        while (rest.Length > 0)
        {
            var end = rest.IndexOf('\n');
            var line = end < 0 ? rest : rest[..end];
            line = line.EndsWith("\r") && end >= 0 ? line[..^1] : line;
            rest = end < 0 ? [] : rest[(end + 1)..];
            if (IgnorePattern.Parse(line.ToString(), ++number) is { } pattern)
            {
                patterns.Add(pattern);
            }
        }

        return [.. patterns];
    }

    /// <summary>Finds the line that decides on a path: the last that matches, of the innermost file that has one; null when none does.</summary>
    /// <param name="path">Path from the outermost folder that ignore files were read in, as a <see cref="ByteString"/>.</param>
    /// <param name="isFolder">Whether it is a folder.</param>
    public (IgnoreFile File, IgnorePattern Pattern)? Decide(string path, bool isFolder)
    {
        var name = path.AsSpan(path.LastIndexOf('/') + 1);
        for (var file = this; file is not null; file = file.Above)
        {
            var relative = path.AsSpan(file.BaseLength);
            for (var i = file.Patterns.Length - 1; i >= 0; i--)
            {
                if (file.Patterns[i].IsMatch(relative, name, isFolder))
                {
                    return (file, file.Patterns[i]);
                }
            }
        }

        return null;
    }
}
