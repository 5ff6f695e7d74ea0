using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;

namespace Synapse.Deployment.Tests.Settings;

/// <summary>One entry of <c>.env.example</c>.</summary>
/// <param name="Section">Heading that it stands below.</param>
/// <param name="Name">The variable.</param>
/// <param name="Example">What stands behind the equals sign.</param>
/// <param name="Comment">The lines above it, as one.</param>
internal sealed record ExampleEntry(string Section, string Name, string Example, string Comment);

/// <summary>The entries of <c>.env.example</c>.</summary>
internal static partial class EnvironmentExample
{
    public const string FileName = ".env.example";
    public const string OfCompose = "Compose files";
    public const string OfEmbedding = "The embedding service";

    public static IReadOnlyList<ExampleEntry> Entries { get; } = Read();

    /// <summary>Names that may stand in the server's environment.</summary>
    public static IEnumerable<string> OfServer => Entries.Where(entry => !IsElsewhere(entry)).Select(entry => entry.Name);

    public static IEnumerable<string> Below(string section) => Entries.Where(entry => entry.Section.StartsWith(section, StringComparison.Ordinal)).Select(entry => entry.Name);

    private static bool IsElsewhere(ExampleEntry entry)
        => entry.Section.StartsWith(OfCompose, StringComparison.Ordinal) || entry.Section.StartsWith(OfEmbedding, StringComparison.Ordinal);

    private static List<ExampleEntry> Read()
    {
        var entries = new List<ExampleEntry>();
        var section = "";
        var comment = new List<string>();
        foreach (var line in File.ReadLines(Repository.Path(FileName)))
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                section = heading.Groups["name"].Value;
                comment.Clear();
            }
            else if (Offer().Match(line) is { Success: true } offer)
            {
                entries.Add(new ExampleEntry(section, offer.Groups["name"].Value, offer.Groups["example"].Value, string.Join(' ', comment)));
                comment.Clear();
            }
            else if (line.Length == 0)
            {
                comment.Clear();
            }
            else
            {
                comment.Add(line.TrimStart('#', ' '));
            }
        }

        return entries;
    }

    [GeneratedRegex(@"^# === (?<name>.+?) =+$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^# (?<name>[A-Z][A-Z0-9_]+)=(?<example>.*)$")]
    private static partial Regex Offer();
}
