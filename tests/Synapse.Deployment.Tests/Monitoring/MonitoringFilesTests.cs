using System.Text.Json;
using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;
using YamlDotNet.RepresentationModel;

namespace Synapse.Deployment.Tests.Monitoring;

/// <summary>The files of <c>deploy/monitoring</c> and docs/monitoring.md name what a running server really exposes, and nothing else.</summary>
[Collection<Monitored>]
public sealed partial class MonitoringFilesTests(MonitoredServer server)
{
    private const string Alerts = "deploy/monitoring/alerts.yaml";
    private const string Dashboard = "deploy/monitoring/grafana-dashboard.json";

    // Prometheus adds these to every series that it scrapes.
    private static readonly string[] s_ofPrometheus = ["job", "instance"];

    // Of Prometheus itself, and of the driver of a database, which a server without one has not.
    private static readonly Dictionary<string, string[]> s_further = new()
    {
        ["up"] = [],
        ["db_client_connection_count"] = ["db_client_connection_pool_name", "db_client_connection_state"],
    };

    [Fact]
    public async Task Every_metric_and_label_of_the_alerts_and_of_the_dashboard_is_exposed()
    {
        var exposed = Exposition.Parse(await server.ScrapeAsync());
        var queries = AlertQueries().Concat(DashboardQueries()).ToList();
        Assert.True(queries.Count >= 60, $"Only {queries.Count} queries were seen.");

        Assert.Equal("", string.Join('\n', queries.SelectMany(query => FaultsOf(query.Text, exposed).Select(fault => $"{query.Where}: {fault}"))));
    }

    [Fact]
    public void A_query_with_an_unknown_metric_or_label_is_found()
    {
        var exposed = Exposition.Parse("# TYPE a_total counter\na_total{x=\"1\"} 3\n");
        Assert.Empty(FaultsOf("sum by (x, instance) (rate(a_total{job=\"j\", x=~\".+\"}[5m])) > 0", exposed));
        Assert.Equal(["there is no b_total"], FaultsOf("rate(b_total[5m])", exposed));
        Assert.Equal(["a_total has no label y"], FaultsOf("a_total{y=\"1\"}", exposed));
        Assert.Equal(["nothing of it has a label z"], FaultsOf("sum by (z) (a_total)", exposed));
    }

    [Fact]
    public async Task Every_line_of_the_table_is_exposed_with_its_type_and_labels_and_every_metric_of_ours_has_a_line()
    {
        var exposed = Exposition.Parse(await server.ScrapeAsync());
        var rows = Row().Matches(await File.ReadAllTextAsync(Repository.Path("docs/monitoring.md"), TestContext.Current.CancellationToken)).ToList();
        Assert.True(rows.Count >= 35, $"Only {rows.Count} lines were seen.");

        var ours = exposed.Types.Keys.Where(static name => name.StartsWith("synapse_", StringComparison.Ordinal) || name.StartsWith("gen_ai_", StringComparison.Ordinal));
        Assert.Equal(ours.Order(StringComparer.Ordinal), rows.Select(static row => row.Groups["exposed"].Value).Order(StringComparer.Ordinal));
        var attributes = "";
        foreach (var row in rows)
        {
            var (name, kind) = (row.Groups["exposed"].Value, row.Groups["kind"].Value);
            Assert.Equal((name, kind), (name, exposed.Types[name]));
            Assert.Equal(PrometheusNameOf(row.Groups["name"].Value, row.Groups["unit"].Value, kind), name);
            var cell = row.Groups["attributes"].Value;
            attributes = cell.StartsWith("as above", StringComparison.Ordinal) ? attributes + cell : cell;
            var documented = Attribute().Matches(attributes).Select(static match => match.Groups["name"].Value.Replace('.', '_')).ToHashSet();
            var series = kind == "histogram" ? $"{name}_count" : name;
            Assert.Empty(exposed.Labels[series].Except(documented).Select(label => $"{name} has {label}, which its line does not say"));
            Assert.Empty(documented.Except(exposed.Labels[series]).Where(static label => label != "error_type").Select(label => $"the line of {name} says {label}, which it has not"));
        }
    }

    [Fact]
    public void The_dashboard_is_what_grafana_imports()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.Path(Dashboard)));
        var dashboard = file.RootElement;
        Assert.Equal("Synapse", dashboard.GetProperty("title").GetString());
        Assert.InRange(dashboard.GetProperty("schemaVersion").GetInt32(), 36, 50);
        Assert.Matches("^[a-zA-Z0-9_-]{1,40}$", dashboard.GetProperty("uid").GetString()!);
        Assert.False(dashboard.TryGetProperty("id", out _), "An id is another installation's.");
        var variables = dashboard.GetProperty("templating").GetProperty("list").EnumerateArray().Select(static variable => variable.GetProperty("name").GetString()!).ToList();
        Assert.Equal(["datasource", "job", "instance"], variables);

        var panels = dashboard.GetProperty("panels").EnumerateArray().ToList();
        Assert.True(panels.Count >= 40, $"Only {panels.Count} panels were seen.");
        Assert.Equal(panels.Count, panels.Select(static panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        var used = new HashSet<(int X, int Y)>();
        foreach (var panel in panels)
        {
            var title = panel.GetProperty("title").GetString()!;
            Assert.NotEqual("", title);
            Assert.Matches("^(row|stat|timeseries)$", panel.GetProperty("type").GetString());
            var place = panel.GetProperty("gridPos");
            var (x, y, w, h) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            Assert.True(x >= 0 && w > 0 && x + w <= 24, $"'{title}' is wider than the page.");
            Assert.True(Enumerable.Range(x, w).SelectMany(column => Enumerable.Range(y, h).Select(line => (column, line))).All(used.Add), $"'{title}' lies over another panel.");
            if (panel.GetProperty("type").GetString() != "row")
            {
                AssertAsksTheChosenSource(panel, variables);
            }
        }
    }

    [Fact]
    public void Every_alert_says_how_bad_it_is_and_has_its_line_in_the_guide()
    {
        var guide = File.ReadAllText(Repository.Path("docs/monitoring.md"));
        var rules = Rules().ToList();
        Assert.Equal(rules.Select(static rule => Text(rule, "alert")), AlertRow().Matches(guide).Select(static match => match.Groups["name"].Value));
        Assert.All(rules, static rule =>
        {
            Assert.Matches("^(critical|warning)$", Text((YamlMappingNode)rule["labels"], "severity"));
            var annotations = (YamlMappingNode)rule["annotations"];
            Assert.Contains("{{", Text(annotations, "summary") + Text(rule, "expr"), StringComparison.Ordinal);
            Assert.EndsWith(".", Text(annotations, "description"), StringComparison.Ordinal);
        });
    }

    /// <summary>What is wrong with a query.</summary>
    private static IEnumerable<string> FaultsOf(string text, Exposition exposed)
    {
        var query = Query.Parse(text);
        var known = query.Metrics.ToDictionary(static name => name, name => LabelsOf(name, exposed));
        var unknown = known.Where(static pair => pair.Value is null).Select(static pair => $"there is no {pair.Key}");
        var unmatched = query.Matched.Where(pair => known[pair.Metric] is { } labels && !labels.Contains(pair.Label)).Select(static pair => $"{pair.Metric} has no label {pair.Label}");
        var ungrouped = query.Grouped.Where(label => !known.Values.Any(labels => labels?.Contains(label) == true)).Select(static label => $"nothing of it has a label {label}");
        return unknown.Concat(unmatched).Concat(known.Values.Any(static labels => labels is null) ? [] : ungrouped);
    }

    private static HashSet<string>? LabelsOf(string name, Exposition exposed)
        => s_further.TryGetValue(name, out var further) ? [.. further, .. s_ofPrometheus]
            : exposed.Labels.TryGetValue(name, out var labels) ? [.. labels, .. s_ofPrometheus]
            : null;

    private static string PrometheusNameOf(string name, string unit, string kind)
        => name.Replace('.', '_') + (unit switch { "s" => "_seconds", "By" => "_bytes", _ => "" }) + (kind == "counter" ? "_total" : "");

    private static IEnumerable<(string Where, string Text)> AlertQueries() => Rules().Select(static rule => (Text(rule, "alert"), Text(rule, "expr")));

    private static List<(string Where, string Text)> DashboardQueries()
    {
        using var file = JsonDocument.Parse(File.ReadAllText(Repository.Path(Dashboard)));
        return [.. file.RootElement.GetProperty("panels").EnumerateArray().Where(static panel => panel.TryGetProperty("targets", out _))
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray().Select(target => (panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!)))];
    }

    private static IEnumerable<YamlMappingNode> Rules()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Repository.Path(Alerts));
        yaml.Load(reader);
        return ((YamlSequenceNode)yaml.Documents[0].RootNode["groups"]).SelectMany(static group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>();
    }

    private static string Text(YamlMappingNode node, string name) => ((YamlScalarNode)node[name]).Value!;

    private static void AssertAsksTheChosenSource(JsonElement panel, List<string> variables)
    {
        var targets = panel.GetProperty("targets").EnumerateArray().ToList();
        Assert.NotEmpty(targets);
        Assert.Equal(targets.Count, targets.Select(static target => target.GetProperty("refId").GetString()).Distinct().Count());
        Assert.All(targets, target =>
        {
            Assert.Equal("${datasource}", target.GetProperty("datasource").GetProperty("uid").GetString());
            var text = target.GetProperty("expr").GetString()!;
            Assert.Contains("job=\"$job\", instance=~\"$instance\"", text, StringComparison.Ordinal);
            Assert.Empty(Variable().Matches(text).Select(static match => match.Groups["name"].Value).Except(variables).Except(["__rate_interval"]));
        });
    }

    [GeneratedRegex(@"^\| `(?<name>[a-z_.]+)` \| `(?<exposed>[a-z_]+)` \| (?<kind>[a-z]+) \| `(?<unit>[^`]+)` \| (?<attributes>[^|]*)\|", RegexOptions.Multiline)]
    private static partial Regex Row();

    // A name with a dot; words of a fixed set have none.
    [GeneratedRegex(@"`(?<name>[a-z_]+(\.[a-z_]+)+)`")]
    private static partial Regex Attribute();

    [GeneratedRegex(@"^\| `(?<name>Synapse[A-Za-z]+)` \|", RegexOptions.Multiline)]
    private static partial Regex AlertRow();

    [GeneratedRegex(@"\$(?<name>[a-z_]+)")]
    private static partial Regex Variable();
}
