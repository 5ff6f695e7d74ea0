using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Synapse.Providers.Configuration;
using Synapse.Providers.Tests.TestSupport;

namespace Synapse.Providers.Tests.Configuration;

/// <summary>The page and the reader know the same names, whichever of them changes.</summary>
public sealed partial class DocumentationTests
{
    /// <summary>Variables that the server reads itself.</summary>
    private static readonly string[] OfTheServer = ["SYNAPSE_DATA", "PORT", "SYNAPSE_HOST", "SYNAPSE_PUBLIC_URL", "DATABASE_URL", "DATABASE_REPLICA_URL", "DATABASE_PASSWORD_FILE", "SYNAPSE_TOKEN", "SYNAPSE_TOKEN_FILE", "HF_ENDPOINT", "HF_TOKEN", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_LOGS_EXPORTER", "SYNAPSE_METRICS_TOKEN", "SYNAPSE_METRICS_TOKEN_FILE", "SYNAPSE_LOG_FORMAT"];

    private static readonly string[] Configurations =
    [
        .. ProviderPreset.All.Select(preset => $"{preset.KeyVariable}=x-unknown-form\nMODEL_CHAT=m"),
        $"USE_AZURE_OPENAI=true\nAZURE_OPENAI_API_KEY={Settings.AzureKey}",
        "USE_AZURE_OPENAI=true\nAZURE_OPENAI_USE_ENTRA=true\nAZURE_OPENAI_CREDENTIAL=client_secret",
        "USE_AZURE_OPENAI=true\nAZURE_OPENAI_USE_ENTRA=true\nAZURE_OPENAI_CREDENTIAL=workload_identity",
        "USE_LOCAL_MODELS=true\nLOCAL_LLM_ENDPOINT=http://localhost:1\nLOCAL_EMBEDDING_ENDPOINT=http://localhost:2",
        "",
        "Synapse:Providers:0:Kind=OpenAI\nSynapse:Providers:1:Kind=Vllm",
        "Synapse:Providers:0:Kind=AzureOpenAI\nSynapse:Providers:0:Entra:Credential=client_secret",
        "Synapse:Providers:0:Kind=AzureOpenAI\nSynapse:Providers:0:Entra:Credential=workload_identity",
    ];

    [Fact]
    public void The_page_describes_every_variable_and_no_other()
        => Assert.Equal(SettingNames.Variables.Concat(OfTheServer).Order(StringComparer.Ordinal), Rows().Where(name => Variable().IsMatch(name)).Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_describes_every_setting_of_the_list_and_no_other()
        => Assert.Equal(
            SettingNames.Listed.Concat(SettingNames.Price.Select(name => $"Prices:MODEL:{name}")).Order(StringComparer.Ordinal),
            Rows().Where(name => !Variable().IsMatch(name) && !name.StartsWith("--", StringComparison.Ordinal) && !name.StartsWith("Synapse:", StringComparison.Ordinal)).Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_names_every_kind()
        => Assert.All(ProviderKinds.All, kind => Assert.Contains($"`{kind}`", Page(), StringComparison.Ordinal));

    [Fact]
    public void The_reader_reads_every_known_name_and_no_other()
    {
        var source = new RecordingSource();
        foreach (var lines in Configurations)
        {
            source.Lines = lines;
            ProviderSettingsReader.Read(new ConfigurationBuilder().Add(source).Build());
        }

        var variables = source.Read.Where(key => !key.Contains(':', StringComparison.Ordinal));
        Assert.Equal(SettingNames.Variables.Order(StringComparer.Ordinal), variables.Order(StringComparer.Ordinal));

        var listed = source.Read.Select(key => ListKey().Match(key)).Where(match => match.Success).Select(match => match.Groups["name"].Value).ToHashSet();
        Assert.Empty(SettingNames.Listed.Except(listed));
        Assert.Empty(listed.Except(SettingNames.Listed).Except(["Entra"]));
    }

    private static string Output(string name) => Path.Combine(AppContext.BaseDirectory, "Configuration", name);

    private static string Page() => File.ReadAllText(Output("configuration.md"));

    // Names are the first cells of table rows; the table of places has none.
    private static IEnumerable<string> Rows() => Row().Matches(Page()).Select(match => match.Groups["name"].Value).Where(name => name is not "Synapse:Providers:0:" and not ".env" and not "appsettings.json");

    [GeneratedRegex(@"^\| `(?<name>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("^[A-Z][A-Z0-9_]+$")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^Synapse:Providers:\d+:(?<name>.+)$")]
    private static partial Regex ListKey();

    /// <summary>Settings that note which of them were asked for.</summary>
    private sealed class RecordingSource : IConfigurationSource
    {
        public string Lines { get; set; } = "";

        public HashSet<string> Read { get; } = [];

        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(this);

        private sealed class Provider(RecordingSource source) : ConfigurationProvider
        {
            public override void Load() => Data = Settings.Of(source.Lines).AsEnumerable().Where(pair => pair.Value is not null).ToDictionary(StringComparer.OrdinalIgnoreCase);

            public override bool TryGet(string key, out string? value)
            {
                source.Read.Add(key);
                return base.TryGet(key, out value);
            }
        }
    }
}
