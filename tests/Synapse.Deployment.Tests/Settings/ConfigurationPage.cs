using System.Text;
using System.Text.RegularExpressions;
using Synapse.Architecture.Tests;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;

namespace Synapse.Deployment.Tests.Settings;

/// <summary>docs/configuration.md: what stands between its markers comes from the code, all else was written by hand.</summary>
internal static partial class ConfigurationPage
{
    private static readonly string[] s_columns = ["meaning", "values", "default"];

    public static string FileName => Repository.Path("docs/configuration.md");

    /// <summary>Sections that the server reads one by one; the others are bound to classes.</summary>
    public static IReadOnlyList<(string Section, IReadOnlyList<SettingDescription> Settings)> Described { get; } =
    [
        ("Synapse:Server", SettingDescriptions.Server),
        (EgressOptions.SectionName, SettingDescriptions.Egress),
        ("Synapse:Models", SettingDescriptions.Models),
        ("Synapse:Telemetry", SettingDescriptions.Telemetry),
    ];

    private static Dictionary<string, string> Blocks { get; } = new()
    {
        ["openai"] = Variables(VariableDescriptions.OpenAI),
        ["azure"] = Variables(VariableDescriptions.Azure),
        ["local"] = Variables(VariableDescriptions.Local),
        ["every mode"] = Variables([.. VariableDescriptions.EveryMode, .. SettingDescriptions.Variables]),
        ["provider"] = Table("setting of `Synapse:Providers:0:`", s_columns, [.. ListedDescriptions.Provider.Select(setting => Row(setting, setting.Name)), .. ListedDescriptions.Price.Select(setting => Row(setting, $"Prices:MODEL:{setting.Name}"))]),
        ["sections"] = Sections(),
    };

    /// <summary>The page with the blocks that the code gives.</summary>
    /// <param name="page">The page as it is.</param>
    public static string Generate(string page)
    {
        var seen = new HashSet<string>();
        var generated = Block().Replace(page, match =>
        {
            var name = match.Groups["name"].Value;
            Assert.True(Blocks.TryGetValue(name, out var block) && seen.Add(name), $"There is no block '{name}', or it stands there twice.");
            return $"<!-- generated: {name} -->\n\n{block}\n<!-- end -->";
        });
        Assert.Equal(Blocks.Keys.Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
        return generated;
    }

    private static string Variables(IEnumerable<SettingDescription> variables)
        => Table("variable", [.. s_columns, "example"], variables.Select(variable => (string[])[.. Row(variable, variable.Name), variable.Example!]));

    private static string[] Row(SettingDescription setting, string name) => [$"`{name}`", setting.Meaning, setting.Values, setting.Default];

    private static string Sections()
    {
        var text = new StringBuilder();
        foreach (var (section, settings) in Described)
        {
            Add(section, "", settings.Select(setting => Row(setting, $"{section}:{setting.Name}")));
        }

        foreach (var (section, options) in OptionsSection.All.Where(pair => !Described.Any(described => described.Section == pair.Section)))
        {
            Add(section, OptionsSection.Summary(options) + "\n\n", OptionsSection.Rows(section, options));
        }

        return text.ToString().TrimEnd('\n') + "\n";

        void Add(string section, string summary, IEnumerable<string[]> rows) => text.Append(System.Globalization.CultureInfo.InvariantCulture, $"### {section}\n\n{summary}{Table("setting", s_columns, rows)}\n");
    }

    private static string Table(string first, IEnumerable<string> columns, IEnumerable<string[]> rows)
    {
        string[] heads = [first, .. columns];
        string[][] lines = [heads, [.. heads.Select(_ => "---")], .. rows];
        return string.Concat(lines.Select(line => $"| {string.Join(" | ", line.Select(cell => cell.Replace("|", "\\|", StringComparison.Ordinal)))} |\n"));
    }

    [GeneratedRegex("<!-- generated: (?<name>[a-z ]+) -->.*?<!-- end -->", RegexOptions.Singleline)]
    private static partial Regex Block();
}
