using Synapse.Postgres;
using Synapse.Privacy;
using Synapse.Providers.Configuration;
using Synapse.Server.Security;
using Synapse.Server.Telemetry;

namespace Synapse.Server.Hosting;

/// <summary>The settings of all places together. For the same key the environment counts before <c>.env</c> of the current folder, that before <c>.env</c> of the data folder, and that before <c>appsettings.json</c> of the data folder.</summary>
internal sealed class StartSettings
{
    private const int MisspeltEdits = 2;

    // Addresses that a key is sent to, with the settings that hold the key.
    private static readonly (string Address, string[] Secrets)[] Sent =
    [
        ("OPENAI_BASE_URL", ["OPENAI_API_KEY", "OPENAI_API_KEY_FILE"]),
        ("AZURE_OPENAI_ENDPOINT", ["AZURE_OPENAI_API_KEY", "AZURE_OPENAI_API_KEY_FILE", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_FILE"]),
        ("AZURE_AUTHORITY_HOST", ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_FILE"]),
        (TelemetryEndpoint.Variable, [TelemetryEndpoint.HeadersVariable]),
        (TelemetryEndpoint.Setting, [TelemetryEndpoint.HeadersVariable]),
        (ModelSettings.EndpointVariable, [ModelSettings.TokenVariable]),
        (ModelSettings.HubSetting, [ModelSettings.TokenVariable]),
        (DatabaseAddress.Variable, [DatabaseAddress.PasswordFileVariable, "PGPASSWORD"]),
        (DatabaseAddress.ReplicaVariable, [DatabaseAddress.PasswordFileVariable, "PGPASSWORD"]),
        ("LOCAL_LLM_ENDPOINT", ["LOCAL_LLM_API_KEY", "LOCAL_LLM_API_KEY_FILE"]),
        ("LOCAL_EMBEDDING_ENDPOINT", ["LOCAL_EMBEDDING_API_KEY", "LOCAL_EMBEDDING_API_KEY_FILE"]),
    ];

    private const string ListSection = "Synapse:Providers";

    private static readonly (string Address, string[] Secrets)[] ListedAddresses =
    [
        ("Endpoint", ["ApiKey", "ApiKeyFile", "Entra:ClientSecret", "Entra:ClientSecretFile"]),
        ("Entra:Authority", ["Entra:ClientSecret", "Entra:ClientSecretFile"]),
    ];

    private StartSettings(IConfigurationRoot configuration, IReadOnlyList<string> faults)
    {
        Configuration = configuration;
        Faults = faults;
    }

    /// <summary>All settings.</summary>
    public IConfigurationRoot Configuration { get; }

    /// <summary>Files that cannot be read, lines that mean nothing, names that are misspelt.</summary>
    public IReadOnlyList<string> Faults { get; }

    /// <summary>Reads the settings of all places.</summary>
    /// <param name="data">The data folder.</param>
    /// <param name="currentFolder">The current folder.</param>
    public static StartSettings Read(DataFolder data, string currentFolder)
    {
        var faults = new List<string>();
        var builder = new ConfigurationBuilder();
        if (ReadJson(data, faults) is { } json)
        {
            builder.AddConfiguration(json);
        }

        var ofData = EnvironmentFile.Read(data.Path);
        var ofCurrent = EnvironmentFile.Read(currentFolder);
        ofCurrent = ofCurrent?.Path == ofData?.Path ? null : ofCurrent;
        foreach (var file in new[] { ofData, ofCurrent }.OfType<EnvironmentFile>())
        {
            faults.AddRange(file.Faults);
            CheckNames(file, faults);
            builder.AddInMemoryCollection(file.Variables.Select(variable => KeyValuePair.Create(KeyOf(variable.Key), (string?)variable.Value.Value)));
        }

        var configuration = builder.AddEnvironmentVariables().Build();
        if (ofCurrent is not null)
        {
            CheckKeysStay(ofCurrent, configuration, faults);
        }

        return new StartSettings(configuration, faults);
    }

    private static string KeyOf(string variable) => variable.Replace("__", ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

    private static IConfigurationRoot? ReadJson(DataFolder data, List<string> faults)
    {
        var file = Path.Combine(data.Path, "appsettings.json");
        if (!File.Exists(file))
        {
            return null;
        }

        try
        {
            return new ConfigurationBuilder().AddJsonFile(file, optional: true, reloadOnChange: false).Build();
        }
        catch (InvalidDataException error)
        {
            faults.Add($"{file}: cannot be read as JSON ({error.InnerException?.Message ?? error.Message}). Mend it or remove it.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            faults.Add($"{file}: cannot be read ({error.GetType().Name}). Make it readable, or remove it.");
        }

        return null;
    }

    // Files of this name hold variables of other programs too; only what is nearly one of ours is meant for us.
    private static void CheckNames(EnvironmentFile file, List<string> faults)
    {
        var known = SettingNames.Variables.Concat(ServerVariables.All).ToArray();
        foreach (var (name, (_, line)) in file.Variables)
        {
            if (name.Length > 6 && !known.Contains(name, StringComparer.OrdinalIgnoreCase) && SettingNames.Nearest(name, known, MisspeltEdits) is { } meant)
            {
                faults.Add($"{file.Path}:{line}: {name} is not read. Did you mean {meant}?");
            }
        }
    }

    // Whoever made the current folder must not be able to send a key, or a file, of this user to an address of theirs.
    private static void CheckKeysStay(EnvironmentFile file, IConfigurationRoot configuration, List<string> faults)
    {
        foreach (var token in new[] { SharedToken.Variable, SharedToken.FileVariable, MetricsToken.Variable, MetricsToken.FileVariable }.Where(name => file.Variables.TryGetValue(name, out var value) && value.Value.Length > 0))
        {
            faults.Add($"{file.Path}:{file.Variables[token].Line}: {token} stands in the current folder: whoever made that folder would know a token of this server. Set it in the environment or in the data folder.");
        }

        foreach (var (name, (_, line)) in file.Variables.Where(static variable => KeyOf(variable.Key).ToUpperInvariant() is ServerOptionsReader.HostVariable or "SYNAPSE:SERVER:HOST" && variable.Value.Value.Length > 0))
        {
            faults.Add($"{file.Path}:{line}: {name} stands in the current folder: whoever made that folder would open this server to other machines. Set it in the environment or in the data folder.");
        }

        // With an address for a name and an authority to vouch for it, every server could be played.
        foreach (var (name, (_, line)) in file.Variables.Where(static variable => KeyOf(variable.Key).StartsWith(EgressOptions.SectionName + ConfigurationPath.KeyDelimiter, StringComparison.OrdinalIgnoreCase)))
        {
            faults.Add($"{file.Path}:{line}: {name} stands in the current folder: whoever made that folder would decide what this machine trusts and where it connects. Set it in the environment or in the data folder.");
        }

        var written = file.Variables.ToDictionary(variable => KeyOf(variable.Key), variable => variable.Value, StringComparer.OrdinalIgnoreCase);
        var listed = configuration.GetSection(ListSection).GetChildren().SelectMany(entry => ListedAddresses.Select(pair
            => ($"{entry.Path}:{pair.Address}", pair.Secrets.Select(secret => $"{entry.Path}:{secret}").ToArray())));
        foreach (var (address, secrets) in Sent.Concat(listed))
        {
            if (!written.TryGetValue(address, out var target) || target.Value.Length == 0 || configuration[address] != target.Value)
            {
                continue;
            }

            foreach (var secret in secrets.Where(secret => configuration[secret] is { Length: > 0 } value && !(written.TryGetValue(secret, out var own) && own.Value == value && !IsFile(secret))))
            {
                faults.Add(IsFile(secret)
                    ? $"{file.Path}:{target.Line}: {address} stands in the current folder, and {secret} names a file: its content would go where this folder says. Set {address} in the environment or in the data folder."
                    : $"{file.Path}:{target.Line}: {address} stands in the current folder, and {secret} does not: a key of yours would go where this folder says. Put both in the same place.");
            }
        }
    }

    private static bool IsFile(string name) => name.EndsWith("File", StringComparison.OrdinalIgnoreCase);
}
