using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Synapse.Providers.Configuration;
using Synapse.Server.Hosting;
using Synapse.Server.Tests.TestSupport;

namespace Synapse.Deployment.Tests.Settings;

/// <summary>docs/configuration.md and the code say the same, and what they say is what the readers do.</summary>
public sealed class ConfigurationPageTests : IDisposable
{
    // Of each mode, what has to be set so that its numbers are read.
    private static readonly (IReadOnlyList<SettingDescription> Settings, string Prefix, string Others)[] s_modes =
    [
        (VariableDescriptions.OpenAI, "", "OPENAI_BASE_URL=http://10.0.0.7:8000 MODEL_CHAT=chat MODEL_EMBEDDING=embed"),
        (VariableDescriptions.Local, "", "USE_LOCAL_MODELS=true LOCAL_LLM_ENDPOINT=http://10.0.0.7:8000 LOCAL_LLM_MODEL=chat LOCAL_EMBEDDING_ENDPOINT=http://10.0.0.8:8000 LOCAL_EMBEDDING_MODEL=embed"),
        (ListedDescriptions.Provider, "Synapse:Providers:0:", "Synapse:Providers:0:Name=a Synapse:Providers:0:Kind=OpenAICompatible Synapse:Providers:0:Endpoint=http://10.0.0.7:8000 Synapse:Providers:0:Chat=chat Synapse:Providers:0:Embedding=embed"),
        (ListedDescriptions.Price, "Synapse:Providers:0:Prices:chat:", "Synapse:Providers:0:Name=a Synapse:Providers:0:Kind=OpenAICompatible Synapse:Providers:0:Endpoint=http://10.0.0.7:8000 Synapse:Providers:0:Chat=chat Synapse:Providers:0:Prices:chat:Input=1 Synapse:Providers:0:Prices:chat:Output=1"),
    ];

    private static readonly string[] s_withDefaults = ["Port", "SignInLinkMinutes", "SessionIdleMinutes", "SessionLifetimeDays", "LogLevel"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, string, string> Numbers
    {
        get
        {
            var rows = new TheoryData<string, string, string>();
            foreach (var (settings, prefix, others) in s_modes)
            {
                foreach (var setting in settings.Where(setting => setting.Least is not null))
                {
                    rows.Add(prefix, setting.Name, others);
                }
            }

            return rows;
        }
    }

    public static TheoryData<string, string> ServerNumbers
    {
        get
        {
            var rows = new TheoryData<string, string>();
            foreach (var (section, settings) in ConfigurationPage.Described)
            {
                foreach (var setting in settings.Where(setting => setting.Least is not null))
                {
                    rows.Add(section, setting.Name);
                }
            }

            return rows;
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_page_is_what_the_code_says()
    {
        var page = File.ReadAllText(ConfigurationPage.FileName);
        var generated = ConfigurationPage.Generate(page);
        if (page != generated && Environment.GetEnvironmentVariable("SYNAPSE_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllText(ConfigurationPage.FileName, generated);
        }

        Assert.True(page == generated, "Settings have changed, and docs/configuration.md has not. Run this test with SYNAPSE_UPDATE_SNAPSHOTS=1 and commit docs/configuration.md.");
    }

    [Fact]
    public void The_page_names_all_sections_and_all_of_them_say_what_each_setting_means()
    {
        Assert.True(OptionsSection.All.Count >= 6, $"Only {OptionsSection.All.Count} sections were seen.");
        var rows = OptionsSection.All.SelectMany(pair => OptionsSection.Rows(pair.Section, pair.Options)).ToArray();
        Assert.True(rows.Length >= 30, $"Only {rows.Length} settings were seen.");
        Assert.All(rows, row => Assert.All(row, cell => Assert.NotEqual("", cell)));
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void The_reader_of_providers_takes_the_numbers_that_the_page_names_and_no_others(string prefix, string name, string others)
    {
        var setting = s_modes.SelectMany(mode => mode.Settings).First(setting => setting.Name == name);
        AssertLimits(setting, text =>
        {
            var settings = others.Split(' ').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => (string?)pair[1]);
            settings[prefix + name] = text;
            return ProviderSettingsReader.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Faults.Select(fault => fault.ToString());
        });
    }

    [Theory]
    [MemberData(nameof(ServerNumbers))]
    public void The_reader_of_the_server_takes_the_numbers_that_the_page_names_and_no_others(string section, string name)
    {
        var setting = ConfigurationPage.Described.Single(described => described.Section == section).Settings.Single(setting => setting.Name == name);
        AssertLimits(setting, text => FaultsOfServer($"{section}:{name}", text));
    }

    [Fact]
    public void Defaults_that_the_page_names_are_those_of_the_reader()
    {
        var options = ServerOptionsReader.Read(_folder.CreateFolder("data"), null, []);
        Assert.Equal(
            [$"{options.Port}", $"{options.SignInLinkLifetime.TotalMinutes}", $"{options.SessionIdle.TotalMinutes}", $"{options.SessionLifetime.TotalDays}", $"`{options.LogLevel}`"],
            s_withDefaults.Select(name => SettingDescriptions.Server.Single(setting => setting.Name == name).Default));
    }

    private static void AssertLimits(SettingDescription setting, Func<string, IEnumerable<string>> faultsOf)
    {
        var step = setting.Kind is SettingKind.Number ? 1 : 0.01m;
        Assert.Empty(faultsOf(Text(setting.Least!.Value)));
        Assert.Empty(faultsOf(Text(setting.Most!.Value)));
        Assert.Contains(faultsOf(Text(setting.Least.Value - step)), fault => fault.Contains(setting.Name, StringComparison.Ordinal));
        Assert.Contains(faultsOf(Text(setting.Most.Value + step)), fault => fault.Contains(setting.Name, StringComparison.Ordinal));
    }

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    private List<string> FaultsOfServer(string key, string value)
    {
        var data = new DataFolder(_folder.CreateFolder("data"));
        var written = key.Split(':').Reverse().Aggregate((object)value, (inner, part) => new Dictionary<string, object> { [part] = inner });
        _folder.Write("data/appsettings.json", JsonSerializer.Serialize(written));
        var faults = new List<string>();
        ModelSettings.Read(StartSettings.Read(data, _folder.Path).Configuration, data, faults);
        try
        {
            ServerOptionsReader.Read(data.Path, null, []);
        }
        catch (InvalidConfigurationException wrong)
        {
            faults.AddRange(wrong.Faults);
        }

        return faults;
    }
}
