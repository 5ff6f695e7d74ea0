using System.Text.RegularExpressions;

namespace Synapse.Deployment.Tests.Monitoring;

/// <summary>The metrics and labels that a query of Prometheus names.</summary>
/// <param name="Metrics">The metrics.</param>
/// <param name="Matched">Metric and label of each matcher.</param>
/// <param name="Grouped">Labels that are grouped or joined by.</param>
internal sealed partial record Query(IReadOnlyList<string> Metrics, IReadOnlyList<(string Metric, string Label)> Matched, IReadOnlyList<string> Grouped)
{
    private static readonly HashSet<string> s_words =
    [
        "sum", "min", "max", "count", "avg", "topk", "rate", "increase", "histogram_quantile", "by", "on", "and", "or", "unless", "offset", "bool", "m", "h",
    ];

    public static Query Parse(string text)
    {
        var query = Duration().Replace(text, "");
        var grouped = Grouping().Matches(query).SelectMany(static match => match.Groups["labels"].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        query = Grouping().Replace(query, " ");
        var matched = Selector().Matches(query)
            .SelectMany(static selector => Matcher().Matches(selector.Groups["matchers"].Value).Select(matcher => (selector.Groups["metric"].Value, matcher.Groups["label"].Value)))
            .ToList();
        var metrics = Name().Matches(Matchers().Replace(query, " ")).Select(static match => match.Value).Where(static word => !s_words.Contains(word)).Distinct().ToList();
        return new(metrics, matched, grouped);
    }

    [GeneratedRegex(@"\[[^\]]*\]|\boffset\s+\w+")]
    private static partial Regex Duration();

    [GeneratedRegex(@"\b(by|on)\s*\((?<labels>[^)]*)\)")]
    private static partial Regex Grouping();

    [GeneratedRegex(@"(?<metric>[a-zA-Z_:][a-zA-Z0-9_:]*)\{(?<matchers>[^}]*)\}")]
    private static partial Regex Selector();

    [GeneratedRegex(@"(?<label>[a-zA-Z_][a-zA-Z0-9_]*)\s*(=~|!~|!=|=)\s*""[^""]*""")]
    private static partial Regex Matcher();

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Matchers();

    [GeneratedRegex(@"\b[a-zA-Z_:][a-zA-Z0-9_:]*\b")]
    private static partial Regex Name();
}
