using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Synapse.Architecture.Tests;
using Synapse.Deployment.Tests.Compose;
using Synapse.EmbeddingServer.Hosting;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Settings;

/// <summary>
/// <c>.env.example</c>, the code, the Compose files and the guides know the same variables, whichever of them changes. A new variable of the server
/// goes into <see cref="SettingNames.Variables"/> or <see cref="ServerVariables.All"/>, into <c>.env.example</c> and into docs/configuration.md or docs/cli.md.
/// </summary>
public sealed partial class EnvironmentExampleTests : IDisposable
{
    // Variables that the code reads and nobody sets for Synapse: of the system, of the cloud that it runs in, or of other programs.
    private static readonly string[] s_ofOthers = ["NO_COLOR", "IDENTITY_ENDPOINT", "MSI_ENDPOINT", "ORT_DISABLE_TELEMETRY", "PGPASSWORD", "XDG_DATA_HOME"];

    // Variables of the terminal and of model servers, which the guides speak of.
    private static readonly string[] s_ofGuides = ["KEY", "NAME", "ORT_DISABLE_TELEMETRY", "TERM", "TOKEN", "OLLAMA_HOST", "OLLAMA_NO_CLOUD", "OLLAMA_CONTEXT_LENGTH"];

    private readonly TemporaryFolder _folder = new();

    private static IEnumerable<string> OfTheServer => SettingNames.Variables.Concat(ServerVariables.All);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_example_offers_every_variable_of_the_server_once_and_no_other()
        => Assert.Equal(OfTheServer.Order(StringComparer.Ordinal), EnvironmentExample.OfServer.Order(StringComparer.Ordinal));

    [Fact]
    public void The_example_offers_every_variable_of_the_embedding_service_once_and_no_other()
        => Assert.Equal(ServiceSetting.All.Select(setting => setting.Variable).Order(StringComparer.Ordinal), EnvironmentExample.Below(EnvironmentExample.OfEmbedding).Order(StringComparer.Ordinal));

    [Fact]
    public void The_example_offers_every_variable_of_the_compose_files_and_no_other()
    {
        var used = ComposeFile.Names.SelectMany(name => ComposeFile.VariablesOf(name)).Concat(["COMPOSE_FILE", "COMPOSE_PROFILES"]).Distinct().ToArray();
        Assert.True(used.Length >= 40, $"Only {used.Length} variables were seen.");

        Assert.Equal(used.Except(OfTheServer).Order(StringComparer.Ordinal), EnvironmentExample.Below(EnvironmentExample.OfCompose).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_entry_says_what_it_means_its_default_an_example_and_when_it_is_needed()
    {
        Assert.True(EnvironmentExample.Entries.Count >= 90, $"Only {EnvironmentExample.Entries.Count} entries were seen.");
        Assert.All(EnvironmentExample.Entries, entry =>
        {
            Assert.NotEqual("", entry.Section);
            Assert.NotEqual("", entry.Example);
            Assert.Matches(@"^\S.+\. Default: \S.*\. Needed: \S.*\.$", entry.Comment.Replace("Default: ", ". Default: ", StringComparison.Ordinal).Replace(". . ", ". ", StringComparison.Ordinal));
        });
    }

    [Fact]
    public void The_example_sets_nothing()
        => Assert.All(File.ReadLines(Repository.Path(EnvironmentExample.FileName)).Where(line => line.Length > 0), line => Assert.StartsWith("#", line, StringComparison.Ordinal));

    [Fact]
    public void Defaults_of_the_compose_files_are_those_that_the_example_names()
    {
        var defaults = ComposeFile.Names.SelectMany(ComposeFile.DefaultsOf).Where(pair => pair.Value.Length > 0).Distinct().ToArray();
        Assert.True(defaults.Length >= 20, $"Only {defaults.Length} defaults were seen.");

        Assert.Empty(defaults.Where(pair => !EnvironmentExample.Entries.Any(entry => entry.Name == pair.Name && entry.Comment.Contains(pair.Value, StringComparison.Ordinal)))
            .Select(pair => $"{pair.Name} is {pair.Value} by default, and .env.example does not say so"));
    }

    [Fact]
    public void Every_name_in_the_sources_that_looks_like_a_variable_is_a_known_one()
    {
        var known = OfTheServer.Concat(ServiceSetting.All.Select(setting => setting.Variable)).Concat(s_ofOthers).ToHashSet();

        // Those of the embedding service are composed of a prefix and these.
        known.UnionWith(ServiceSetting.All.Where(setting => setting.Variable.StartsWith(ServiceSetting.OwnPrefix, StringComparison.Ordinal)).Select(setting => setting.Variable[ServiceSetting.OwnPrefix.Length..]));
        known.Add(ServiceSetting.OwnPrefix);
        var found = from file in Repository.Files("src", "*.cs")
                    from Match match in VariableInCode().Matches(File.ReadAllText(Repository.Path(file)))
                    select (File: file, match.Groups["name"].Value);
        var all = found.ToArray();
        Assert.True(all.Length >= 100, $"Only {all.Length} names were seen.");

        Assert.Empty(all.Where(each => !known.Contains(each.Value)).Select(each => $"{each.File} reads {each.Value}: add it to ServerVariables.All or SettingNames.Variables, to .env.example and to the guides"));
    }

    [Fact]
    public void Every_variable_stands_in_a_guide()
    {
        var guides = string.Join('\n', Repository.Files("docs", "*.md").Append("README.md").Select(page => File.ReadAllText(Repository.Path(page))));
        Assert.Empty(EnvironmentExample.Entries.Select(entry => entry.Name).Distinct().Where(name => !Regex.IsMatch(guides, $@"\b{name}\b", RegexOptions.NonBacktracking)).Select(name => $"no guide says what {name} is"));
    }

    [Fact]
    public void Every_variable_that_a_guide_sets_is_a_known_one()
    {
        var known = EnvironmentExample.Entries.Select(entry => entry.Name).Concat(s_ofGuides).ToHashSet();
        var set = from page in Repository.Files("docs", "*.md").Append("README.md")
                  from Match match in VariableInGuide().Matches(File.ReadAllText(Repository.Path(page)))
                  let name = match.Groups["name"].Value
                  where !name.StartsWith("SYNAPSE__", StringComparison.Ordinal)
                  select (Page: page, Name: name);
        var all = set.ToArray();
        Assert.True(all.Length >= 60, $"Only {all.Length} names were seen.");

        Assert.Empty(all.Where(each => !known.Contains(each.Name)).Select(each => $"{each.Page} sets {each.Name}, which is not in .env.example"));
    }

    [Fact]
    public void The_server_takes_every_example_without_a_fault_of_its_name()
    {
        _folder.Write("data/.env", string.Join('\n', EnvironmentExample.Entries.Where(entry => !entry.Section.StartsWith(EnvironmentExample.OfEmbedding, StringComparison.Ordinal)).Select(entry => $"{entry.Name}={entry.Example}")));
        var settings = StartSettings.Read(new DataFolder(Path.Combine(_folder.Path, "data")), _folder.Path);

        Assert.Empty(settings.Faults);
        Assert.Equal("true", settings.Configuration["USE_AZURE_OPENAI"]);
    }

    [Theory]
    [InlineData("OpenAI, or any server")]
    [InlineData("Azure OpenAI")]
    [InlineData("Local models")]
    public void The_examples_of_a_mode_are_settings_that_the_server_takes(string section)
    {
        // Of a secret and its file one is given; the file's content is the user's own.
        var lines = EnvironmentExample.Entries.Where(entry => entry.Section.StartsWith(section, StringComparison.Ordinal) && !entry.Name.EndsWith("_FILE", StringComparison.Ordinal))
            .Where(entry => entry.Name is not ("OPENAI_ORG_ID" or "AZURE_OPENAI_API_KEY" or "AZURE_CLIENT_SECRET"))
            .ToDictionary(entry => entry.Name, entry => (string?)entry.Example.Replace("NAME", "name", StringComparison.Ordinal));
        Assert.True(lines.Count >= 8, $"Only {lines.Count} examples were seen.");

        var read = ProviderSettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(lines).Build());
        Assert.Empty(read.Faults);
        Assert.NotEmpty(read.Providers);
    }

    [GeneratedRegex(@"""(?<name>[A-Z][A-Z0-9]*(_[A-Z0-9]+)+_?)""")]
    private static partial Regex VariableInCode();

    // A setting, in a block or between backticks: NAME=value.
    [GeneratedRegex(@"(?<![A-Za-z0-9_$\{.:/-])(?<name>[A-Z][A-Z0-9]+(_[A-Z0-9]+)*)=", RegexOptions.ExplicitCapture)]
    private static partial Regex VariableInGuide();
}
