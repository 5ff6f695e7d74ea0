using System.Text.RegularExpressions;

namespace Synapse.Deployment.Tests.Monitoring;

/// <summary>What a scrape gave: every series name with the labels that it was seen with.</summary>
internal sealed partial class Exposition
{
    private readonly Dictionary<string, HashSet<string>> _labels = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);

    /// <summary>The labels of each series; those of a histogram's parts have their suffix.</summary>
    public IReadOnlyDictionary<string, HashSet<string>> Labels => _labels;

    /// <summary>The type of each metric.</summary>
    public IReadOnlyDictionary<string, string> Types => _types;

    public static Exposition Parse(string text)
    {
        var parsed = new Exposition();
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                Assert.True(parsed._types.TryAdd(words[2], words[3]), $"{words[2]} is there twice.");
            }
            else if (line[0] != '#')
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, $"'{line}' is no sample.");
                var labels = parsed.LabelsOf(sample.Groups["name"].Value);
                labels.UnionWith(Label().Matches(sample.Groups["labels"].Value).Select(label => label.Groups["name"].Value));
            }
        }

        return parsed;
    }

    private HashSet<string> LabelsOf(string name)
    {
        if (!_labels.TryGetValue(name, out var labels))
        {
            _labels.Add(name, labels = new(StringComparer.Ordinal));
        }

        return labels;
    }

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? [-+0-9.eEInfNa]+( [0-9.]+)?$")]
    private static partial Regex Sample();

    [GeneratedRegex(@"(?<name>[a-zA-Z_][a-zA-Z0-9_]*)=""(\\.|[^""\\])*""")]
    private static partial Regex Label();
}
